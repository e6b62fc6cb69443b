using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class GetProfileTests
{
    private readonly IUserStore _users = Substitute.For<IUserStore>();

    [Fact]
    public async Task A_user_sees_the_stored_account()
    {
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Make.User());

        (await new GetProfileHandler(_users).Handle(new GetProfileQuery(Make.UserId), CancellationToken.None)).Value.ShouldBeEquivalentTo(Make.User());
    }

    [Fact]
    public async Task A_user_who_was_deleted_meanwhile_is_told_so() =>
        (await new GetProfileHandler(_users).Handle(new GetProfileQuery(Make.UserId), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
}
