using Backend.Application.Common.Behaviours;
using Backend.Application.Common.Messaging;
using Backend.Domain.Common;
using Backend.Unit.Support;
using FluentValidation;

namespace Backend.Unit.Application.Common;

public sealed class BehaviourTests
{
    private const string Content = "content that no log may hold";

    [Theory]
    [InlineData(true, "Debug Read ok")]
    [InlineData(false, "Information Read upstream.unavailable")]
    public async Task A_query_is_logged_by_name_and_outcome(bool succeeds, string expected) =>
        await ShouldLogAsync(new Read(Content), succeeds, expected);

    [Theory]
    [InlineData(true, "Information Change ok")]
    [InlineData(false, "Information Change upstream.unavailable")]
    public async Task A_command_is_logged_by_name_and_outcome(bool succeeds, string expected) =>
        await ShouldLogAsync(new Change(Content), succeeds, expected);

    [Fact]
    public async Task An_exception_is_logged_by_type_and_goes_on()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<Change, Result<string>>>();

        await Should.ThrowAsync<InvalidOperationException>(() => new RequestLoggingBehaviour<Change, Result<string>>(log, Make.Clock())
            .Handle(new Change(Content), CancellationToken.None, () => throw new InvalidOperationException(Content)));

        log.Lines.Single().ShouldStartWith("Information Change threw InvalidOperationException");
        log.Lines.Single().ShouldNotContain(Content);
    }

    [Fact]
    public async Task What_a_validator_objects_to_never_reaches_the_handler()
    {
        var result = await new ValidationBehaviour<Change, Result<string>>([new ChangeValidator()])
            .Handle(new Change(""), CancellationToken.None, () => throw new InvalidOperationException("The handler was called."));

        result.Error!.Kind.ShouldBe(ErrorKind.Validation);
        result.Error.Code.ShouldBe("validation.failed");
        result.Error.Message.ShouldBe("first");
        result.Error.Fields!["Text"].ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task What_no_validator_objects_to_is_handled() =>
        (await new ValidationBehaviour<Change, Result<string>>([new ChangeValidator()])
            .Handle(new Change("fine"), CancellationToken.None, () => Task.FromResult(Make.Success("handled")))).Value.ShouldBe("handled");

    private static async Task ShouldLogAsync<TRequest>(TRequest request, bool succeeds, string expected)
        where TRequest : MediatR.IRequest<Result<string>>
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<TRequest, Result<string>>>();

        await new RequestLoggingBehaviour<TRequest, Result<string>>(log, Make.Clock())
            .Handle(request, CancellationToken.None, () => Task.FromResult(succeeds ? Make.Success(Content) : Make.Failed<string>(Make.Trouble(Content))));

        log.Lines.Single().ShouldStartWith(expected);
        log.Lines.Single().ShouldNotContain(Content);
    }

    private sealed record Read(string Text) : IQuery<string>;

    private sealed record Change(string Text) : ICommand<string>;

    private sealed class ChangeValidator : AbstractValidator<Change>
    {
        public ChangeValidator() => RuleFor(c => c.Text).NotEmpty().WithMessage("first").MinimumLength(2).WithMessage("second");
    }
}
