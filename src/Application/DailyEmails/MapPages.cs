using System.Collections.Concurrent;
using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyEmails;

/// <summary>
/// Knows the numbers of maps on Trackmania Exchange, for links in mails. Links are a convenience, and mails do not wait for them: what
/// is not found soon is left out.
/// </summary>
internal sealed partial class MapPages([FromKeyedServices(UpstreamPriority.Nightly)] IMapDirectory directory, TimeProvider clock, ILogger<MapPages> logger)
{
    /// <summary>The others have no link.</summary>
    private const int AskedForAMail = 20;

    private const int Remembered = 20_000;

    /// <summary>For all questions of one mail.</summary>
    private static readonly TimeSpan s_timeLimit = TimeSpan.FromMinutes(1);

    /// <summary>A site that did not answer is not asked again for so long, or every mail would wait for it.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(15);

    /// <summary>Maps of the game's own campaigns are not on the site; others may come to it.</summary>
    private static readonly TimeSpan s_rememberedFor = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<MapUid, (long? TmxId, DateTimeOffset Until)> _known = [];
    private long _restsUntil;

    /// <returns>Those that were found.</returns>
    public async Task<IReadOnlyDictionary<MapUid, long>> FindAsync(IReadOnlyCollection<MapUid> maps, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var found = maps.Distinct().ToDictionary(uid => uid, uid => _known.TryGetValue(uid, out var known) && known.Until > now ? known : default);
        using var limit = new CancellationTokenSource(s_timeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        foreach (var uid in found.Where(of => of.Value == default).Select(of => of.Key).Take(AskedForAMail).ToList())
        {
            if (now.UtcTicks < Interlocked.Read(ref _restsUntil) || !await TryAskAsync(uid, either.Token, cancellationToken))
            {
                break;
            }

            found[uid] = _known.GetValueOrDefault(uid);
        }

        return found.Where(of => of.Value.TmxId is not null).ToDictionary(of => of.Key, of => of.Value.TmxId!.Value);
    }

    private async Task<bool> TryAskAsync(MapUid uid, CancellationToken limited, CancellationToken cancellationToken)
    {
        string trouble;
        try
        {
            var answer = await directory.SearchAsync(MapFilter.ByUid(uid), 1, limited);
            if (answer.IsSuccess)
            {
                if (_known.Count >= Remembered)
                {
                    _known.Clear();
                }

                _known[uid] = (answer.Value.Maps.FirstOrDefault(map => map.MapUid == uid)?.MapId, clock.GetUtcNow() + s_rememberedFor);
                return true;
            }

            trouble = answer.Error.Code;
        }
        catch (Exception exception) when (exception is not StoreUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            trouble = exception is OperationCanceledException ? "too slow" : exception.GetType().Name;
        }

        Interlocked.Exchange(ref _restsUntil, (clock.GetUtcNow() + s_rest).UtcTicks);
        LogUnlinked(trouble);
        return false;
    }

    [LoggerMessage(LogLevel.Warning, "The pages of maps for mails cannot be had ({Trouble})")]
    private partial void LogUnlinked(string trouble);
}
