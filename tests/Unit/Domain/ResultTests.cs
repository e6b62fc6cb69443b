using Backend.Domain.Common;

namespace Backend.Unit.Domain;

public sealed class ResultTests
{
    private static readonly Error Missing = new(ErrorKind.NotFound, "thing.not_found", "No such thing.");

    [Fact]
    public void A_success_holds_its_value_and_no_error()
    {
        Result<int> result = 42;

        result.IsSuccess.ShouldBeTrue();
        result.Value.ShouldBe(42);
        result.Error.ShouldBeNull();
    }

    [Fact]
    public void A_failure_holds_its_error_and_no_value()
    {
        Result<int> result = Missing;

        result.IsSuccess.ShouldBeFalse();
        result.Error.ShouldBeSameAs(Missing);
        Should.Throw<InvalidOperationException>(() => result.Value).Message.ShouldContain("thing.not_found");
    }

    [Fact]
    public void Nothing_and_defaults_are_values_like_any_other()
    {
        Result<Nothing>.Success(default).IsSuccess.ShouldBeTrue();
        Result<int>.Success(0).Value.ShouldBe(0);
        Result<string?>.Success(null).Value.ShouldBeNull();
    }

    [Fact]
    public void Generic_code_can_fail_without_knowing_the_type()
    {
        Fail<Result<string>>(Missing).Error.ShouldBeSameAs(Missing);

        static T Fail<T>(Error error)
            where T : IFailable<T> => T.Failure(error);
    }

    [Fact]
    public void Printing_a_result_does_not_print_what_it_holds() =>
        $"{(object)Result<Secret>.Success(new Secret("a value"))} {(object)Result<string>.Success("a value")}".ShouldNotContain("a value");
}
