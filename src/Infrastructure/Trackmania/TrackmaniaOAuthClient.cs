using System.Net.Http.Headers;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

internal sealed class TrackmaniaOAuthClient(HttpClient http, TrackmaniaAddresses addresses, OAuthTokenProvider provider, TimeProvider time, ILogger<TrackmaniaOAuthClient> logger) : IPlayerNames
{
    public async Task<Result<IReadOnlyDictionary<AccountId, string>>> ResolveAsync(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accounts.Count, IPlayerNames.MaxBatch, nameof(accounts));
        var names = new Dictionary<AccountId, string>();
        if (accounts.Count == 0)
        {
            return names;
        }

        var asked = accounts.ToHashSet();
        var answer = await AskAsync("/api/display-names?" + string.Join('&', asked.Select(static account => $"accountId%5B%5D={account}")), cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        foreach (var (id, name) in answer.Value.Pairs)
        {
            if (name.Length > 0 && Guid.TryParseExact(id, "D", out var account) && asked.Contains(new AccountId(account)))
            {
                names[new AccountId(account)] = name;
            }
        }

        return names;
    }

    public async Task<Result<PlayerLookup>> FindAsync(string displayName, CancellationToken cancellationToken)
    {
        var name = displayName.Trim();
        if (name.Length == 0 || !TextKey.IsWellFormed(name))
        {
            return new PlayerLookup(Player: null);
        }

        var answer = await AskAsync($"/api/display-names/account-ids?displayName%5B%5D={Uri.EscapeDataString(name)}", cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        if (!answer.Value.Pairs.TryGetValue(name, out var id))
        {
            return new PlayerLookup(Player: null);
        }

        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return UpstreamErrors.Unintelligible(UpstreamService.OAuth);
        }

        // Whether the answer's spelling is the player's or the question's is not documented, nor whether a name that was
        // given up still leads to who had it.
        var account = new AccountId(guid);
        var names = await ResolveAsync([account], cancellationToken);
        if (!names.IsSuccess)
        {
            return names.Error;
        }

        return names.Value.TryGetValue(account, out var spelled) && TextKey.Of(spelled.Trim()) == TextKey.Of(name)
            ? new PlayerLookup(new Player(account, spelled))
            : new PlayerLookup(Player: null);
    }

    private async Task<Result<DisplayNames>> AskAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        var address = addresses.OAuth.Below(pathAndQuery);
        var answer = await http.FetchAsync(
            UpstreamService.OAuth,
            provider.Tokens,
            token =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
                return request;
            },
            UpstreamJson.Default.DisplayNames,
            time,
            logger,
            cancellationToken);
        return answer.IsSuccess ? answer.Value.Body : answer.Error;
    }
}
