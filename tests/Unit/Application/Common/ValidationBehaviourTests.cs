using Backend.Application.Common.Behaviours;
using Backend.Application.Common.Messaging;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Unit.Application.Common;

public sealed class ValidationBehaviourTests
{
    private int _handled;

    [Fact]
    public async Task Without_a_validator_the_handler_answers()
    {
        (await Send(new DoCommand("", 0))).Value.ShouldBe("handled");

        _handled.ShouldBe(1);
    }

    [Fact]
    public async Task A_valid_request_reaches_the_handler_once()
    {
        (await Send(new DoCommand("text", 1), new Validator(), new SecondValidator())).Value.ShouldBe("handled");

        _handled.ShouldBe(1);
    }

    [Fact]
    public async Task An_invalid_request_is_answered_without_the_handler()
    {
        var error = (await Send(new DoCommand("", 0), new Validator())).Error!;

        _handled.ShouldBe(0);
        error.Kind.ShouldBe(ErrorKind.Validation);
        error.Code.ShouldBe("validation.failed");
        error.Message.ShouldBe("Text is missing.");
        error.Fields!.Keys.ShouldBe(["text", "number"]);
        error.Fields["text"].ShouldBe(["Text is missing.", "Text is too short."]);
        error.Fields["number"].ShouldBe(["Number must be positive."]);
    }

    [Fact]
    public async Task One_objection_among_several_validators_is_enough()
    {
        (await Send(new DoCommand("forbidden", 1), new Validator(), new SecondValidator())).Error!.Message.ShouldBe("Text is forbidden.");

        _handled.ShouldBe(0);
    }

    [Fact]
    public async Task The_answer_of_the_handler_is_passed_on_unchanged() =>
        (await new ValidationBehaviour<DoCommand, Result<string>>([]).Handle(
            new DoCommand("", 0), CancellationToken.None, () => Task.FromResult(Support.Make.Failed<string>(Support.Make.Trouble())))).Error.ShouldBe(Support.Make.Trouble());

    private Task<Result<string>> Send(DoCommand request, params IValidator<DoCommand>[] validators) =>
        new ValidationBehaviour<DoCommand, Result<string>>(validators).Handle(request, CancellationToken.None, () =>
        {
            _handled++;
            return Task.FromResult(Support.Make.Success("handled"));
        });

    internal sealed record DoCommand(string Text, int Number) : ICommand<string>;

    private sealed class Validator : AbstractValidator<DoCommand>
    {
        public Validator()
        {
            RuleFor(c => c.Text).NotEmpty().OverridePropertyName("text").WithMessage("Text is missing.")
                .MinimumLength(2).OverridePropertyName("text").WithMessage("Text is too short.");
            RuleFor(c => c.Number).GreaterThan(0).OverridePropertyName("number").WithMessage("Number must be positive.");
        }
    }

    private sealed class SecondValidator : AbstractValidator<DoCommand>
    {
        public SecondValidator() => RuleFor(c => c.Text).NotEqual("forbidden").OverridePropertyName("text").WithMessage("Text is forbidden.");
    }
}
