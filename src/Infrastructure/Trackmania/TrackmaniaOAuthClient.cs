using System.Net.Http.Headers;
using Backend.Application.Ports;
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
        var address = addresses.OAuth.Below("/api/display-names?" + string.Join('&', asked.Select(static account => $"accountId%5B%5D={account}")));
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
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        foreach (var (id, name) in answer.Value.Body.ByAccount)
        {
            if (name.Length > 0 && Guid.TryParseExact(id, "D", out var account) && asked.Contains(new AccountId(account)))
            {
                names[new AccountId(account)] = name;
            }
        }

        return names;
    }
}
