using Backend.Domain.Accounts;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class HmacMailTokensTests
{
    private readonly HmacMailTokens _tokens = new(Keys.Ring);

    [Fact]
    public void A_token_names_its_user() => _tokens.Read(_tokens.Issue(new UserId(42)).Reveal()).ShouldBe(new UserId(42));

    [Fact]
    public void Whatever_was_not_issued_here_is_nothing()
    {
        var token = _tokens.Issue(new UserId(42)).Reveal();
        _tokens.Read(null).ShouldBeNull();
        _tokens.Read("").ShouldBeNull();
        _tokens.Read("no token at all").ShouldBeNull();
        _tokens.Read(token + "A").ShouldBeNull();
        _tokens.Read(new HmacMailTokens(Keys.RotatedLongAgo).Issue(new UserId(42)).Reveal()).ShouldBeNull();
        for (var i = 0; i < token.Length - 1; i++)
        {
            _tokens.Read($"{token[..i]}{(token[i] == 'A' ? 'B' : 'A')}{token[(i + 1)..]}").ShouldBeNull();
        }
    }
}
