using Amazon.DynamoDBv2.Model;
using Backend.Application.Ports;
using Backend.Domain.Common;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>One item a kind: the token pair, and the number of the renewal that is under way.</summary>
internal sealed class DynamoUpstreamTokenStore(DynamoDatabase database, AwsSettings settings, TimeProvider clock) : IUpstreamTokenStore
{
    private const string Sort = "token";

    /// <summary>After its end, so that an expired token can still be found.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(60);

    private static readonly Names s_timeToLive = new() { ["#ttl"] = AwsSchema.TimeToLive };

    private readonly string _table = settings.NameOf(AwsSchema.UpstreamTokens);
    private readonly LeaseWatch<UpstreamTokenKind> _renewals = new(IUpstreamTokenStore.RenewalLease, clock);

    public async Task<UpstreamToken?> FindAsync(UpstreamTokenKind kind, CancellationToken cancellationToken) =>
        await database.FindAsync(_table, kind.ToString(), Sort, cancellationToken) is { } item && item.TextOrNull("access_token") is { } access
            ? new UpstreamToken(
                new Secret(access),
                item.Instant("refresh_after"),
                item.Instant("expires_at"),
                item.TextOrNull("refresh_token") is { } refresh ? new Secret(refresh) : null,
                item.InstantOrNull("refresh_expires_at"))
            : null;

    public async Task SaveAsync(UpstreamTokenKind kind, UpstreamToken token, CancellationToken cancellationToken)
    {
        var (set, gone) = ("access_token = :access, refresh_after = :after, expires_at = :expires, #ttl = :ttl", "renewing");
        var values = new Values
        {
            [":access"] = Text(token.AccessToken.Reveal()),
            [":after"] = Instant(token.RefreshAfter),
            [":expires"] = Instant(token.ExpiresAt),
            [":ttl"] = Deletion((token.RefreshExpiresAt ?? token.ExpiresAt) + s_keptFor),
        };
        Add("refresh_token", ":refresh", token.RefreshToken is { } refresh ? Text(refresh.Reveal()) : null);
        Add("refresh_expires_at", ":refresh_expires", token.RefreshExpiresAt is { } end ? Instant(end) : null);

        // Whatever is there: a pair is written whole.
        await database.TryUpdateAsync(_table, kind.ToString(), Sort, set, gone, condition: null, values, cancellationToken, s_timeToLive);

        void Add(string name, string placeholder, AttributeValue? value)
        {
            if (value is null)
            {
                gone += $", {name}";
                return;
            }

            set += $", {name} = {placeholder}";
            values[placeholder] = value;
        }
    }

    public async Task<long?> TryStartRenewalAsync(UpstreamTokenKind kind, CancellationToken cancellationToken)
    {
        var item = await database.FindAsync(_table, kind.ToString(), Sort, cancellationToken);
        var last = item?.NumberOrNull("renewal") ?? 0;
        if (item?.ContainsKey("renewing") == true && !_renewals.HasLapsed(kind, new LeaseNumber(last, 0)))
        {
            return null;
        }

        var started = await database.TryUpdateAsync(
            _table,
            kind.ToString(),
            Sort,
            set: "renewal = :next, renewing = :next",
            remove: string.Empty,
            condition: "attribute_not_exists(renewal) or renewal = :last",
            new() { [":next"] = Number(last + 1), [":last"] = Number(last) },
            cancellationToken);
        if (!started.IsDone)
        {
            return null;
        }

        _renewals.Begin(kind, new LeaseNumber(last + 1, 0));
        return last + 1;
    }

    public Task EndRenewalAsync(UpstreamTokenKind kind, long renewal, CancellationToken cancellationToken) =>
        database.TryUpdateAsync(_table, kind.ToString(), Sort, set: string.Empty, remove: "renewing", "renewing = :renewal", new() { [":renewal"] = Number(renewal) }, cancellationToken);
}
