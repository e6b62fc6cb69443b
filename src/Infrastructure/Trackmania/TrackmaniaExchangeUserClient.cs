using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

internal sealed class TrackmaniaExchangeUserClient(
    HttpClient http, TrackmaniaAddresses addresses, TimeProvider time, ILogger<TrackmaniaExchangeUserClient> logger) : ITmxUserDirectory
{
    /// <summary>What the site gives unasked; said, so that it stays the same.</summary>
    private const int PageSize = 40;

    private static readonly string s_fields = Uri.EscapeDataString("UserId,Name");

    public async Task<Result<TmxUserPage>> SearchAsync(string name, CancellationToken cancellationToken)
    {
        var words = name.Trim();
        if (words.Length == 0 || !TextKey.IsWellFormed(words))
        {
            return new TmxUserPage([], HasMore: false);
        }

        var answer = await AskAsync($"count={PageSize}&name={Uri.EscapeDataString(words)}", cancellationToken);
        return answer.IsSuccess
            ? new TmxUserPage([.. answer.Value.Results!.Select(User).OfType<TmxUser>().DistinctBy(user => user.Id)], answer.Value.More == true)
            : answer.Error;
    }

    public async Task<Result<TmxUserLookup>> FindAsync(TmxUserId id, CancellationToken cancellationToken)
    {
        if (id.Value <= 0)
        {
            return new TmxUserLookup(User: null);
        }

        var answer = await AskAsync($"count=1&id={id}", cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        // Somebody else instead of nobody: the site did not look for the id, so its answer says nothing about it.
        var user = answer.Value.Results!.Select(User).OfType<TmxUser>().FirstOrDefault(found => found.Id == id);
        return user is null && answer.Value.Results!.Count > 0 ? UpstreamErrors.Unintelligible(UpstreamService.Tmx) : new TmxUserLookup(user);
    }

    private async Task<Result<TmxUserRows>> AskAsync(string filter, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, addresses.Tmx.Below($"/api/users?fields={s_fields}&{filter}"));
        var answer = await http.FetchAsync(UpstreamService.Tmx, request, UpstreamJson.Default.TmxUserRows, time, logger, cancellationToken);
        if (!answer.IsSuccess)
        {
            return answer.Error;
        }

        return answer.Value.Body is { Results: not null } rows ? rows : UpstreamErrors.Unintelligible(UpstreamService.Tmx);
    }

    /// <summary>Null for a row that names nobody.</summary>
    private static TmxUser? User(TmxUserRow? row) =>
        row is { UserId: > 0 and var id, Name: { } name } && !string.IsNullOrWhiteSpace(name) ? new TmxUser(new TmxUserId(id), name) : null;
}
