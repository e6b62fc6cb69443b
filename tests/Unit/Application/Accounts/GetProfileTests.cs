using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class GetProfileTests
{
    [Fact]
    public async Task The_account_is_found_or_told_to_be_gone()
    {
        var users = Substitute.For<IUserStore>();
        users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Make.User());
        var handler = new GetProfileHandler(users);

        (await handler.Handle(new GetProfileQuery(Make.UserId), CancellationToken.None)).Value.ShouldBe(Make.User());
        (await handler.Handle(new GetProfileQuery(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }
}
