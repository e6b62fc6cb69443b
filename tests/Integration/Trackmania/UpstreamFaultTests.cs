using System.Text;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.AspNetCore.Http;

namespace Backend.Integration.Trackmania;

public sealed class UpstreamFaultTests
{
    public static TheoryData<SandboxHost, FaultKind> EachHostAndFault()
    {
        var data = new TheoryData<SandboxHost, FaultKind>();
        foreach (var kind in new[]
        {
            FaultKind.TooManyRequests, FaultKind.InternalServerError, FaultKind.BadGateway, FaultKind.ServiceUnavailable,
            FaultKind.ConnectionReset, FaultKind.TruncatedBody, FaultKind.CutJson,
        })
        {
            foreach (var host in Enum.GetValues<SandboxHost>())
            {
                data.Add(host, kind);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EachHostAndFault))]
    public async Task A_fault_that_passes_is_overcome(SandboxHost host, FaultKind kind)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var fault = clients.Sandbox.Faults.Add(new Fault(host, kind) { Times = 2 });

        (await CallAsync(clients, host)).ShouldBeNull();

        fault.Applied.ShouldBe(2);
        clients.Sandbox.Traffic.Entries.ShouldAllBe(entry => entry.UserAgent == UpstreamClients.UserAgent);
    }

    [Theory]
    [MemberData(nameof(EachHostAndFault))]
    public async Task A_fault_that_stays_is_an_error_after_four_attempts(SandboxHost host, FaultKind kind)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(host, kind));

        var error = (await CallAsync(clients, host)).ShouldNotBeNull();

        error.Kind.ShouldBe(ErrorKind.Upstream);
        var code = host switch
        {
            SandboxHost.Tmx => "tmx",
            SandboxHost.OAuth => "oauth",
            _ => "nadeo",
        };
        error.Code.ShouldBe($"upstream.{code}_{(kind == FaultKind.CutJson ? "unintelligible" : "unavailable")}");
        error.Message.ShouldNotContain("127.0.0.1");
        error.Message.ShouldNotContain("http");
        clients.Sandbox.Traffic.Count(host).ShouldBe(4);
        clients.Log.Lines.ShouldContain(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("given up after attempt 4", StringComparison.Ordinal));
        ShouldHoldNoSecrets(clients);
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up_after_its_time_limit()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(speed: 300, options => options with { NadeoTimeout = TimeSpan.FromSeconds(30) });
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Core, FaultKind.Hang));
        var start = clients.Clock.GetUtcNow();

        var error = (await CallAsync(clients, SandboxHost.Live)).ShouldNotBeNull();

        error.Kind.ShouldBe(ErrorKind.UpstreamTimeout);
        error.IsTransient.ShouldBeTrue();
        error.Code.ShouldBe("upstream.nadeo_unavailable");
        clients.Sandbox.Traffic.Count(SandboxHost.Core).ShouldBe(4);
        (clients.Clock.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(118));
    }

    [Fact]
    public async Task A_body_that_drips_is_cut_off_by_the_time_limit()
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, async context =>
        {
            await context.Response.WriteAsync("{\"More\":", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var clients = UpstreamClients.With(upstream, clock, options => options with { TmxTimeout = TimeSpan.FromSeconds(60), MaxRetries = 1 });

        var result = await clients.Maps.ListMapsAsync("x", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.UpstreamTimeout);
        result.Error.Code.ShouldBe("upstream.tmx_unavailable");
        upstream.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Waiting_for_a_slot_does_not_count_against_the_time_limit()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(speed: 50, options => options with { TmxTimeout = TimeSpan.FromSeconds(60), MaxRetries = 0 });
        await clients.Get<IUpstreamBudget>().PauseAsync(UpstreamHost.Tmx, TimeSpan.FromSeconds(70), TestContext.Current.CancellationToken);

        (await CallAsync(clients, SandboxHost.Tmx)).ShouldBeNull();
    }

    [Fact]
    public async Task Retry_after_quiets_all_callers_of_the_host()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(speed: 200);
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TooManyRequests) { Times = 1, RetryAfter = TimeSpan.FromSeconds(60) });
        var first = CallAsync(clients, SandboxHost.Tmx);

        // Calls that had their slot before the answer came are under way; all later ones must be quiet.
        await Eventually.GetAsync(() => Task.FromResult(clients.Log.Lines.Any(line => line.Contains("no requests for 60 s", StringComparison.Ordinal))), noted => noted);
        var others = Enumerable.Range(0, 3).Select(_ => CallAsync(clients, SandboxHost.Tmx)).ToArray();

        (await first).ShouldBeNull();
        (await Task.WhenAll(others)).ShouldAllBe(error => error == null);

        var arrivals = await clients.AnsweredAsync();
        var refused = arrivals.Single(entry => entry.Status == 429);
        arrivals.Count(entry => entry.Status == 200 && entry.At > refused.At).ShouldBe(4);
        arrivals.Where(entry => entry.At > refused.At).ShouldAllBe(entry => entry.At - refused.At >= TimeSpan.FromSeconds(59.9));
        clients.Log.Lines.ShouldContain(line => line.Contains("Trackmania Exchange: answered 429 to attempt 1; no requests for 60 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_429_without_retry_after_quiets_all_callers_for_a_moment_that_grows()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TooManyRequests) { Times = 3 });

        (await CallAsync(clients, SandboxHost.Tmx)).ShouldBeNull();

        var at = clients.Sandbox.Traffic.Entries.Select(entry => entry.At).ToList();
        at.Count.ShouldBe(4);
        (at[1] - at[0]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1.9));
        (at[2] - at[1]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3.9));
        (at[3] - at[2]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(7.9));
    }

    [Fact]
    public async Task A_demand_for_more_quiet_than_five_minutes_ends_the_call_and_is_passed_on()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(speed: 200);
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TooManyRequests) { Times = 1, RetryAfter = TimeSpan.FromHours(2) });

        var error = (await CallAsync(clients, SandboxHost.Tmx)).ShouldNotBeNull();
        error.Code.ShouldBe("upstream.tmx_unavailable");
        error.RetryAfter.ShouldBe(TimeSpan.FromHours(2));
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(1);

        (await CallAsync(clients, SandboxHost.Tmx)).ShouldBeNull();
        var at = clients.Sandbox.Traffic.Entries.Select(entry => entry.At).ToList();
        (at[1] - at[0]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(4.9));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(414)]
    [InlineData(302)]
    public async Task Other_refusals_are_final_and_redirects_are_not_followed(int status)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return context.Response.WriteAsync("<html>");
        });
        await using var clients = UpstreamClients.With(upstream, clock);

        var result = await clients.Maps.ListMapsAsync("x", TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.tmx_refused");
        upstream.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_not_read_to_its_end_nor_asked_for_again(bool announced)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, async context =>
        {
            if (announced)
            {
                context.Response.ContentLength = 200L << 20;
            }

            await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 4 << 20)), context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var clients = UpstreamClients.With(upstream, clock, options => options with { TmxMaxBodyBytes = 1 << 20 });

        var result = await clients.Maps.ListMapsAsync("x", TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.tmx_unintelligible");
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_compressed_body_counts_by_its_real_size()
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            await gzip.WriteAsync(new byte[8 << 20], context.RequestAborted);
        });
        await using var clients = UpstreamClients.With(upstream, clock, options => options with { TmxMaxBodyBytes = 1 << 20 });

        var result = await clients.Maps.ListMapsAsync("x", TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.tmx_unintelligible");
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_page_of_html_under_a_good_status_is_tried_again()
    {
        var clock = new FastClock(100);
        var answers = 0;
        await using var upstream = await ScriptedUpstream.StartAsync(
            clock,
            context => ScriptedUpstream.JsonAsync(context, ++answers < 3 ? "<html>maintenance</html>" : """{"More":false,"Results":[]}"""));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await clients.Maps.ListMapsAsync("x", TestContext.Current.CancellationToken)).IsSuccess.ShouldBeTrue();

        answers.ShouldBe(3);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_an_error()
    {
        var clock = new FastClock(100);
        var upstream = await ScriptedUpstream.StartAsync(clock, _ => Task.CompletedTask);
        await using var clients = UpstreamClients.With(upstream, clock);
        await upstream.DisposeAsync();

        var error = (await CallAsync(clients, SandboxHost.Live)).ShouldNotBeNull();
        error.Kind.ShouldBe(ErrorKind.Upstream);
        error.Code.ShouldBe("upstream.nadeo_unavailable");
        (await CallAsync(clients, SandboxHost.Tmx)).ShouldNotBeNull().Code.ShouldBe("upstream.tmx_unavailable");
        (await CallAsync(clients, SandboxHost.OAuth)).ShouldNotBeNull().Code.ShouldBe("upstream.oauth_unavailable");
    }

    [Theory]
    [InlineData(SandboxHost.Live)]
    [InlineData(SandboxHost.Core)]
    [InlineData(SandboxHost.OAuth)]
    [InlineData(SandboxHost.Tmx)]
    public async Task A_caller_may_give_up(SandboxHost host)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(host, FaultKind.Hang));
        using var cancellation = new CancellationTokenSource();
        var call = CallAsync(clients, host, cancellation.Token);
        for (var i = 0; i < 2000 && clients.Sandbox.Traffic.Count(host) == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Addresses_published_after_the_start_are_used()
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, """{"More":false,"Results":[]}"""));
        await using var clients = UpstreamClients.With(upstream, clock, options => options with { TmxUrl = new Uri("http://127.0.0.1:1/"), MaxRetries = 0 });
        (await CallAsync(clients, SandboxHost.Tmx)).ShouldNotBeNull();

        clients.Get<Backend.Infrastructure.Trackmania.TrackmaniaAddresses>().Publish(upstream.Url, upstream.Url, upstream.Url, new Uri(upstream.Url, "/below/"));

        (await CallAsync(clients, SandboxHost.Tmx)).ShouldBeNull();
        upstream.Requests.ShouldHaveSingleItem().ShouldStartWith("/below/api/maps?");
    }

    [Fact]
    public async Task Neither_secrets_nor_addresses_reach_the_log()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.TooManyRequests) { Times = 1 });
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.ConnectionReset) { Times = 1 });

        foreach (var host in Enum.GetValues<SandboxHost>())
        {
            (await CallAsync(clients, host)).ShouldBeNull();
        }

        clients.Log.Lines.ShouldContain(line => line.Contains("new token by login", StringComparison.Ordinal));
        ShouldHoldNoSecrets(clients);
    }

    private static void ShouldHoldNoSecrets(UpstreamClients clients)
    {
        var credentials = clients.Sandbox.Credentials;
        string[] forbidden = [credentials.BasicAuthorization, credentials.ServerPassword, credentials.OAuthClientSecret, "eyJ", "t=", "?", "127.0.0.1"];
        foreach (var line in clients.Log.Lines)
        {
            forbidden.ShouldAllBe(text => !line.Contains(text, StringComparison.Ordinal), line);
        }
    }

    /// <summary>A call that ends at, or passes through, the host.</summary>
    private static async Task<Error?> CallAsync(UpstreamClients clients, SandboxHost host, CancellationToken? cancellation = null)
    {
        var cancellationToken = cancellation ?? TestContext.Current.CancellationToken;
        switch (host)
        {
            case SandboxHost.Tmx:
                return (await clients.Maps.ListMapsAsync("Solo", cancellationToken)).Error;
            case SandboxHost.OAuth:
                return (await clients.Names.ResolveAsync([new AccountId(new Guid("11111111-aaaa-4bbb-8ccc-000000000001"))], cancellationToken)).Error;
            default:
                MapUid.TryCreate("unknown-map", out var uid).ShouldBeTrue();
                return (await clients.Leaderboards.ReadAsync(uid, cancellationToken)).Error;
        }
    }
}
