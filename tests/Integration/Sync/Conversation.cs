using Backend.Domain.History;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sync;

/// <summary>
/// What clients say to the service and when, written down once. Texts in braces stand for what an earlier answer said, by the name it
/// was taken under. Every route is asked, and every kind of refusal; time passes only where it says so.
/// </summary>
internal static class Conversation
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private const string Id = "11111111-2222-4333-8444-555555555555";
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Searches = "/api/v1/map-searches";
    private const string Compatible = "/api/v1/users/maps";
    /// <summary>Who knows it may begin daily runs.</summary>
    public const string CronSecret = "a secret of the scheduler";

    /// <summary>Stands for whoever has <see cref="CronSecret"/>.</summary>
    public const string Scheduler = "the scheduler";

    private const string Password = "correct horse battery staple";
    private const string Users = "/api/v1/users/search";
    private const string Maps = "/api/v1/driver/maps/search";
    private const string Records = "/api/v1/records/latest";
    private const string Names = "/api/v1/users/accountNames";
    private const string Link = "/api/v1/users/tm-username";
    private const string TmxUser = "/api/v1/users/tmx-user";
    private const string Alerts = "/api/v1/users/alerts";
    private const string Notifications = "/api/v1/driver/notifications";
    private const string History = "/api/v1/notification-history";
    private const string Stats = "/api/v1/stats";
    private const string Feedback = "/api/v1/feedback";
    private const string Config = "/api/v1/admin/config";
    private const string Everybody = "/api/v1/admin/users";
    private const string AlertType = "/api/v1/admin/users/alert-type";
    private const string Wish = "/api/v1/users/password-reset";
    private const string Preferences = "/api/v1/users/preferences";
    private const string DailyRuns = "/api/v1/admin/daily-runs";
    private const string Overview = "/api/v1/admin/daily-overview";

    /// <summary>When what a new user does begins.</summary>
    private static readonly TimeSpan s_later = TimeSpan.FromMinutes(30);

    /// <summary>The world that the sandbox of every host shows.</summary>
    private static readonly SandboxWorld s_world = new(new SandboxOptions().Seed, new StandingClock(Start));

    /// <summary>A driver among the first five of a map, with a time that is told.</summary>
    private static readonly (string Map, string Driver) s_record = s_world.MapsOf("Demo Mapper").Where(map => map.Uid is not null)
        .Select(map => (map.Uid, Record: s_world.BoardOf(map.Uid!, Start + s_later).FirstOrDefault(r => r.Position == 3)))
        .Where(found => found.Record is { IsSecret: false })
        .Select(found => (found.Uid!, s_world.DisplayNameOf(found.Record!.AccountId)!)).First();

    /// <summary>A map that has records, but none of that driver.</summary>
    private static readonly string s_strange = s_world.MapsOf("Demo Mapper").Select(map => map.Uid)
        .First(uid => uid is not null && s_world.BoardOf(uid, Start + s_later) is { Count: > 5 } board && !board.Any(r => s_world.DisplayNameOf(r.AccountId) == s_record.Driver))!;

    public static IReadOnlyList<Step> Steps { get; } =
    [
        // Before there is anybody to look after, since mails and upstream take their time.
        Post("a first daily run", 202, "/api/v1/cron/daily", "no body matters", Scheduler),
        Post("the same daily run", 202, "/api/v1/cron/daily", body: null, Scheduler),
        Post("the same daily run, waiting for its end", 200, "/api/v1/cron/daily?wait=true", body: null, Scheduler),
        Get("how far the daily run is", 200, $"/api/v1/cron/daily/{Start:yyyy-MM-dd}", Scheduler),
        Get("a daily run of another date", 404, "/api/v1/cron/daily/2020-01-01", Scheduler),
        Get("a daily run of no date", 404, "/api/v1/cron/daily/today", Scheduler),
        Get("a daily run that nobody may see", 401, $"/api/v1/cron/daily/{Start:yyyy-MM-dd}"),

        // A search before the others leaves their boards in the cache: at a standing clock nobody gets a second slot of the pace.
        Post("walker registers", 201, "/api/v1/users/register", $$"""{"email":"walker@example.org","username":"walker","password":"{{Password}}"}"""),
        Post("walker signs in", 200, "/api/v1/users/login", $$"""{"email":"walker","password":"{{Password}}"}""", takes: Tokens("walker")),
        Post("walker searches", 202, Searches, """{"mapper":"Demo Mapper","period":"1d"}""", "walker", Take("$.id", "walk")),
        new Ripen("walk", "walker"),

        new GoTo(TimeSpan.FromMinutes(10)),
        Get("health", 200, "/health"),
        Get("liveness", 200, "/health/live"),
        Get("readiness", 200, "/health/ready"),
        Get("the API document", 200, "/openapi/v1.json"),
        Get("the API reference", 200, "/docs/"),

        Post("alice registers", 201, "/api/v1/users/register", $$"""{"email":"alice@example.org","username":"Alice","password":"{{Password}}"}"""),
        Post("a taken name", 409, "/api/v1/users/register", $$"""{"email":"other@example.org","username":"aLICE","password":"{{Password}}"}"""),
        Post("a taken e-mail address", 409, "/api/v1/users/register", $$"""{"email":"ALICE@example.org","username":"other","password":"{{Password}}"}"""),
        Post("a registration that is bad in every way", 400, "/api/v1/users/register", """{"email":"bad","username":"","password":"x"}"""),
        Post("a common password", 400, "/api/v1/users/register", """{"email":"c@example.org","username":"carol","password":"password1"}"""),
        Post("a registration of nothing", 400, "/api/v1/users/register", "{}"),
        Post("too many registrations", 429, "/api/v1/users/register", $$"""{"email":"carol@example.org","username":"carol","password":"{{Password}}"}"""),

        new GoTo(TimeSpan.FromMinutes(15)),
        Post("bob registers", 201, "/api/v1/users/register", $$"""{"email":"bob@example.org","username":"Bob","password":"{{Password}}"}"""),
        Post("alice signs in", 200, "/api/v1/users/login", $$"""{"email":"alice","password":"{{Password}}"}""", takes: Tokens("alice")),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("a wrong password", 401, "/api/v1/users/login", """{"email":"alice","password":"wrong"}"""),
        Post("an unknown user", 401, "/api/v1/users/login", """{"email":"nobody","password":"wrong"}"""),
        Post("a sign-in of nothing", 400, "/api/v1/users/login", "{}"),
        Post("alice signs in elsewhere", 200, "/api/v1/users/login", $$"""{"username":"ALICE@example.org","password":"{{Password}}"}""", takes: Tokens("elsewhere")) with { UserAgent = "elsewhere/2.0 (another device)" },
        new Pass(TimeSpan.FromSeconds(1)),
        Post("bob signs in", 200, "/api/v1/users/login", $$"""{"email":"Bob","password":"{{Password}}"}""", takes: Tokens("bob")),
        Post("too many sign-ins", 429, "/api/v1/users/login", $$"""{"email":"alice","password":"{{Password}}"}"""),

        Get("alice's account", 200, "/api/v1/users/profile", "alice", TakeHeader("ETag", "account")),
        Get("alice's account that is known", 304, "/api/v1/users/profile", "alice") with { IfNoneMatch = "{account}" },
        Get("an account of nobody", 401, "/api/v1/users/profile"),
        Get("an account of junk", 401, "/api/v1/users/profile", "junk"),
        Get("an account of a token that has expired", 401, "/api/v1/users/profile", "walker"),
        Get("alice's sessions", 200, "/api/v1/users/sessions", "alice", Take("$[0].id", "session 2"), Take("$[1].id", "session 1")),
        Get("sessions of nobody", 401, "/api/v1/users/sessions"),
        Delete("bob ends alice's session", 404, "/api/v1/users/sessions/{session 2}", "bob"),
        Delete("a session that is not", 404, $"/api/v1/users/sessions/{Id}", "alice"),
        Delete("a session that cannot be", 404, "/api/v1/users/sessions/first", "alice"),
        Delete("nobody ends a session", 401, "/api/v1/users/sessions/{session 2}"),
        Get("elsewhere still lives", 200, "/api/v1/users/sessions", "elsewhere"),
        Delete("alice ends her other session", 204, "/api/v1/users/sessions/{session 2}", "alice"),
        Delete("alice ends it again", 404, "/api/v1/users/sessions/{session 2}", "alice"),
        Get("elsewhere has ended", 401, "/api/v1/users/profile", "elsewhere"),
        Post("elsewhere cannot be refreshed", 401, "/api/v1/users/refresh", """{"refresh_token":"{elsewhere.refresh}"}"""),
        Get("alice's one session", 200, "/api/v1/users/sessions", "alice"),

        new GoTo(TimeSpan.FromMinutes(20)),
        Post("alice refreshes", 200, "/api/v1/users/refresh", """{"refresh_token":"{alice.refresh}"}""", takes: Tokens("alice again")),
        new Pass(TimeSpan.FromSeconds(10)),

        // The refresh token must be the one of before.
        Post("alice refreshes with the old token in time", 200, "/api/v1/users/refresh", """{"refresh_token":"{alice.refresh}"}""", takes: Take("$.access_token", "alice repeated")),
        Get("alice's session after that", 200, "/api/v1/users/sessions", "alice repeated"),
        Post("junk is no refresh token", 401, "/api/v1/users/refresh", """{"refresh_token":"junk"}"""),
        Post("nothing is no refresh token", 400, "/api/v1/users/refresh", "{}"),
        Post("bob refreshes", 200, "/api/v1/users/refresh", """{"refresh_token":"{bob.refresh}"}""", takes: Tokens("bob again")),
        new Pass(TimeSpan.FromSeconds(31)),
        Post("bob's old token comes too late", 401, "/api/v1/users/refresh", """{"refresh_token":"{bob.refresh}"}"""),
        Get("which has ended bob's session", 401, "/api/v1/users/profile", "bob again"),
        Post("for good", 401, "/api/v1/users/refresh", """{"refresh_token":"{bob again.refresh}"}"""),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("bob signs in again", 200, "/api/v1/users/login", $$"""{"email":"bob","password":"{{Password}}"}""", takes: Tokens("bob")),

        // Nobody runs searches for a while, so that they wait.
        new StopWorker(),
        Get("alice has no searches", 200, Searches, "alice again"),
        Post("alice searches", 202, Searches, """{"mapper":"  Demo Mapper ","period":"1d"}""", "alice again", Take("$.id", "demo")),
        Get("a search that waits", 200, $"{Searches}/{{demo}}", "alice again", TakeHeader("ETag", "etag")),
        Get("a search that has not changed", 304, $"{Searches}/{{demo}}", "alice again") with { IfNoneMatch = "{etag}" },
        Get("a search of another version", 200, $"{Searches}/{{demo}}", "alice again") with { IfNoneMatch = "\"99\"" },
        Get("a search that waits, compatible", 200, $"{Compatible}/status/{{demo}}", "alice again"),
        Get("a search that has not changed, compatible", 304, $"{Compatible}/status/{{demo}}", "alice again") with { IfNoneMatch = "{etag}" },
        Get("results of a search that waits", 200, $"{Searches}/{{demo}}/results", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Get("alice searches, compatible", 202, $"{Compatible}?username=Solo", "alice again", Take("$.jobId", "solo")),
        Get("a second search that waits", 200, $"{Searches}/{{solo}}", "alice again"),
        Get("a repeated parameter", 400, $"{Compatible}?username=Solo&username=Nobody", "alice again"),
        Get("no mapper, compatible", 400, Compatible, "alice again"),
        Get("a bad period, compatible", 400, $"{Compatible}?username=Solo&period=2d", "alice again"),
        Get("nobody searches, compatible", 401, $"{Compatible}?username=Solo"),
        Post("a bad period", 400, Searches, """{"mapper":"Solo","period":"never"}""", "alice again"),
        Post("no mapper", 400, Searches, """{"period":"1d"}""", "alice again"),
        Post("nobody searches", 401, Searches, """{"mapper":"Solo","period":"1d"}"""),
        Post("a body that is no JSON", 400, Searches, "{", "alice again"),
        Post("a body of a wrong type", 400, Searches, """{"mapper":1}""", "alice again"),
        Post("a body that says it is text", 415, Searches, "{}", "alice again") with { ContentType = "text/plain" },
        Post("a body of another charset", 415, Searches, "{}", "alice again") with { ContentType = "application/json; charset=utf-16" },
        Post("a body that is too large", 413, "/api/v1/users/login", """{"email":"{large}"}"""),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("alice searches for the third time", 202, Searches, """{"mapper":"Nobody","period":"1w"}""", "alice again", Take("$.id", "third")),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("alice searches for the fourth time", 202, Searches, """{"mapper":"O'Reilly -- <b>;select","period":"1m"}""", "alice again", Take("$.id", "fourth")),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("alice searches for the fifth time", 202, Searches, """{"mapper":"Ünï Cödé.Mapper-42 🏁","period":"1m"}""", "alice again", Take("$.id", "fifth")),
        Post("too many unfinished searches", 429, Searches, """{"mapper":"Solo","period":"1d"}""", "alice again"),
        Get("too many unfinished searches, compatible", 429, $"{Compatible}?username=Solo", "alice again"),
        Get("alice's searches while they wait", 200, Searches, "alice again"),
        Get("searches of nobody", 401, Searches),
        Get("bob's searches", 200, Searches, "bob"),
        Get("bob looks at alice's search", 404, $"{Searches}/{{demo}}", "bob"),
        Get("bob looks at alice's search, compatible", 404, $"{Compatible}/status/{{demo}}", "bob"),
        Get("bob looks at alice's results", 404, $"{Searches}/{{demo}}/results", "bob"),
        Delete("bob cancels alice's search", 404, $"{Searches}/{{demo}}", "bob"),
        Get("a search that is not", 404, $"{Searches}/{Id}", "alice again"),
        Get("a search that is not, compatible", 404, $"{Compatible}/status/{Id}", "alice again"),
        Get("results of a search that is not", 404, $"{Searches}/{Id}/results", "alice again"),
        Delete("a search that is not is cancelled", 404, $"{Searches}/{Id}", "alice again"),
        Get("a search that cannot be", 404, $"{Searches}/1", "alice again"),
        Get("a search of nobody", 401, $"{Searches}/{{demo}}"),
        Get("results of nobody", 401, $"{Searches}/{{demo}}/results"),
        Get("a status of nobody", 401, $"{Compatible}/status/{{demo}}"),
        Delete("nobody cancels", 401, $"{Searches}/{{demo}}"),

        new Pass(TimeSpan.FromSeconds(1)),
        Delete("alice cancels the fifth", 200, $"{Searches}/{{fifth}}", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Delete("alice cancels it again", 200, $"{Searches}/{{fifth}}", "alice again"),
        Get("a cancelled search", 200, $"{Searches}/{{fifth}}", "alice again"),
        Get("a cancelled search, compatible", 200, $"{Compatible}/status/{{fifth}}", "alice again"),
        Get("results of a cancelled search", 200, $"{Searches}/{{fifth}}/results", "alice again"),
        Delete("alice cancels the fourth", 200, $"{Searches}/{{fourth}}", "alice again"),
        Delete("alice cancels the third", 200, $"{Searches}/{{third}}", "alice again"),
        Delete("alice cancels the second", 200, $"{Searches}/{{solo}}", "alice again"),
        Post("the eighth search in a minute", 202, Searches, """{"mapper":"Solo","period":"1d"}""", "alice again", Take("$.id", "eighth")),
        Delete("which alice cancels", 200, $"{Searches}/{{eighth}}", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("the ninth search in a minute", 202, Searches, """{"mapper":"Solo","period":"1d"}""", "alice again", Take("$.id", "ninth")),
        Delete("which alice cancels, too", 200, $"{Searches}/{{ninth}}", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("the tenth search in a minute", 202, Searches, """{"mapper":"Solo","period":"1d"}""", "alice again", Take("$.id", "tenth")),
        Delete("which alice cancels as well", 200, $"{Searches}/{{tenth}}", "alice again"),
        Post("too many searches in a minute", 429, Searches, """{"mapper":"Solo","period":"1d"}""", "alice again"),
        Get("too many searches in a minute, compatible", 429, $"{Compatible}?username=Solo&period=1m", "alice again"),

        new Pass(TimeSpan.FromSeconds(1)),
        new StartWorker(),
        new UntilEnded("demo", "alice again"),
        Get("a completed search", 200, $"{Searches}/{{demo}}", "alice again", TakeHeader("ETag", "final")),
        Get("a completed search that is known", 304, $"{Searches}/{{demo}}", "alice again") with { IfNoneMatch = "{final}" },
        Get("a completed search that has changed", 200, $"{Searches}/{{demo}}", "alice again") with { IfNoneMatch = "{etag}" },
        Get("a completed search, compatible", 200, $"{Compatible}/status/{{demo}}", "alice again"),
        Get("a completed search that is known, compatible", 304, $"{Compatible}/status/{{demo}}", "alice again") with { IfNoneMatch = "{final}" },
        Get("all results", 200, $"{Searches}/{{demo}}/results", "alice again"),
        Get("the first page of results", 200, $"{Searches}/{{demo}}/results?limit=5", "alice again"),
        Get("the second page of results", 200, $"{Searches}/{{demo}}/results?after=4&limit=5", "alice again"),
        Get("the last page of results", 200, $"{Searches}/{{demo}}/results?after=20&limit=5", "alice again"),
        Get("past the end of the results", 200, $"{Searches}/{{demo}}/results?after=2147483647", "alice again"),
        Get("a page out of range", 200, $"{Searches}/{{demo}}/results?after=-7&limit=0", "alice again"),
        Get("a page that is no number", 400, $"{Searches}/{{demo}}/results?after=first", "alice again"),
        Delete("a completed search is cancelled", 200, $"{Searches}/{{demo}}", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),

        // Past the minute that the last refusal asked for.
        new GoTo(TimeSpan.FromMinutes(22)),
        Get("alice searches for a mapper without maps", 202, $"{Compatible}?username=Nobody&period=1w", "alice again", Take("$.jobId", "nobody")),
        new UntilEnded("nobody", "alice again"),
        Get("a search without maps", 200, $"{Searches}/{{nobody}}", "alice again"),
        Get("a search without maps, compatible", 200, $"{Compatible}/status/{{nobody}}", "alice again"),
        Get("results without maps", 200, $"{Searches}/{{nobody}}/results", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        new BreakLeaderboards(),
        Post("alice searches while no board can be read", 202, Searches, """{"mapper":"Solo","period":"1m"}""", "alice again", Take("$.id", "unreadable")),
        new UntilEnded("unreadable", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Get("a board that cannot be read", 502, $"{Records}?mapUid=unknown&period=1d", "alice again"),
        new MendLeaderboards(),
        Get("a search with a map that could not be read", 200, $"{Searches}/{{unreadable}}", "alice again"),
        Get("a search with a map that could not be read, compatible", 200, $"{Compatible}/status/{{unreadable}}", "alice again"),
        Get("results with a map that could not be read", 200, $"{Searches}/{{unreadable}}/results", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("alice searches for a mapper with one map", 202, Searches, """{"mapper":"solo","period":"1m"}""", "alice again", Take("$.id", "one map")),
        new UntilEnded("one map", "alice again"),
        Get("a search with one map", 200, $"{Searches}/{{one map}}", "alice again"),
        Get("a search with one map, compatible", 200, $"{Compatible}/status/{{one map}}", "alice again"),
        Get("results of one map", 200, $"{Searches}/{{one map}}/results", "alice again"),
        Get("alice's searches in the end", 200, Searches, "alice again"),

        new Pass(TimeSpan.FromSeconds(1)),
        Get("users of the site", 200, $"{Users}?username=%20MAPPER"),
        new Pass(TimeSpan.FromSeconds(1)),
        Get("a user of the site who is not", 200, $"{Users}?username={Uri.EscapeDataString("O'Reilly -- <b>;select")}"),
        new Pass(TimeSpan.FromSeconds(1)),
        Get("too many users of the site", 400, $"{Users}?username=e"),
        Get("users of the site without a name", 400, Users),
        Get("users of the site with two names", 400, $"{Users}?username=a&username=b"),

        // Pages after the first one need no further call, which would have to wait for time to pass.
        new Pass(TimeSpan.FromSeconds(1)),
        Get("maps", 200, $"{Maps}?query=canyon&type=name", "alice again"),
        Get("the second page of maps", 200, $"{Maps}?query=canyon&type=name&page=2", "alice again"),
        Get("the third page of maps", 200, $"{Maps}?query=canyon&type=name&page=3", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Get("a map", 200, $"{Maps}?query={s_world.MapsOf("Demo Mapper")[2].Uid}&type=uid", "alice again"),
        Get("a map that cannot be", 200, $"{Maps}?query=..%2f..&type=uid", "alice again"),
        Get("too little of a map's name", 400, $"{Maps}?query=ab&type=name", "alice again"),
        Get("a page of maps that cannot be", 400, $"{Maps}?query=canyon&type=name&page=51", "alice again"),
        Get("too many looks for maps", 429, $"{Maps}?query=canyon&type=name", "alice again"),
        Get("maps of nobody", 401, $"{Maps}?query=canyon&type=name"),

        // From the cache, where the first search has left it.
        Get("latest records", 200, $"{Records}?mapUid={s_world.MapsOf("Demo Mapper")[0].Uid}&period=1w", "alice again"),
        Get("latest records of no map", 400, $"{Records}?period=1w", "alice again"),
        Get("latest records of nobody", 401, $"{Records}?mapUid=unknown&period=1w"),
        Post("names of accounts", 200, Names, $$"""{"accountIds":["{{s_world.Mappers[0].AccountId}}","{{s_world.Mappers[3].AccountId}}","junk","{{Id}}"]}""", "alice again"),
        Post("names of no accounts", 200, Names, "{}", "alice again"),
        Post("names of accounts for nobody", 401, Names, "{}"),
        Post("names of accounts that are no list", 400, Names, """{"accountIds":"junk"}""", "alice again"),

        Get("nothing", 404, "/"),
        Get("no route", 404, "/api/v1/nothing"),
        Post("events outside a function", 404, "/events", """{"Records":[]}"""),
        Post("a wrong method", 405, Compatible, "{}"),
        Get("another wrong method", 405, "/api/v1/users/login"),
        new Ask("a wrong method for health", 405, "PUT", "/health"),
        new Ask("only the head of nobody's searches", 401, "HEAD", Searches),
        new Ask("only the head", 200, "HEAD", Searches) { User = "alice again" },
        new Ask("the head of what only takes bodies", 405, "HEAD", "/api/v1/users/login"),
        new Ask("what an address takes", 204, "OPTIONS", Searches),

        Post("alice signs out", 200, "/api/v1/users/logout", """{"refresh_token":"{alice again.refresh}"}"""),
        Post("alice signs out again", 200, "/api/v1/users/logout", """{"refresh_token":"{alice again.refresh}"}"""),
        Post("junk signs out", 200, "/api/v1/users/logout", """{"refresh_token":"junk"}"""),
        Post("nothing signs out", 400, "/api/v1/users/logout", "{}"),
        Get("alice is signed out", 401, "/api/v1/users/profile", "alice again"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("bob signs in once more", 200, "/api/v1/users/login", $$"""{"email":"bob","password":"{{Password}}"}""", takes: Tokens("bob once more")),
        Post("nobody signs out everywhere", 401, "/api/v1/users/logout-everywhere", body: null),
        Post("bob signs out everywhere", 200, "/api/v1/users/logout-everywhere", body: null, "bob"),
        Get("bob is signed out", 401, "/api/v1/users/profile", "bob"),
        Get("bob is signed out elsewhere", 401, "/api/v1/users/profile", "bob once more"),

        // All users before whatever else is numbered: some stores count them together, so that later users would have other ids.
        new GoTo(s_later),
        Post("the administrator registers", 201, "/api/v1/users/register", $$"""{"email":"admin@example.org","username":"Admin","password":"{{Password}}"}"""),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("solo registers", 201, "/api/v1/users/register", $$"""{"email":"solo@example.org","username":"Solo","password":"{{Password}}"}"""),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("a mapper registers under a stripped name", 201, "/api/v1/users/register", $$"""{"email":"unicode@example.org","username":"nCdMapper-42","password":"{{Password}}"}"""),
        Post("the administrator signs in", 200, "/api/v1/users/login", $$"""{"email":"admin","password":"{{Password}}"}""", takes: Tokens("admin")),
        Post("solo signs in", 200, "/api/v1/users/login", $$"""{"email":"solo","password":"{{Password}}"}""", takes: Tokens("solo")),
        Post("the mapper signs in", 200, "/api/v1/users/login", $$"""{"email":"nCdMapper-42","password":"{{Password}}"}""", takes: Tokens("mapper")),
        Post("alice signs in once more", 200, "/api/v1/users/login", $$"""{"email":"alice","password":"{{Password}}"}""", takes: Tokens("alice")),
        Post("bob signs in for the last time", 200, "/api/v1/users/login", $$"""{"email":"bob","password":"{{Password}}"}""", takes: Tokens("bob")),
        Get("the administrator's account", 200, "/api/v1/users/profile", "admin", Number("$.id", "admin's number")),
        Get("solo's account", 200, "/api/v1/users/profile", "solo", Number("$.id", "solo's number")),
        Get("the mapper's account", 200, "/api/v1/users/profile", "mapper", Number("$.id", "mapper's number")),
        Get("alice's account for its number", 200, "/api/v1/users/profile", "alice", Number("$.id", "alice's number")),

        Get("no Trackmania account", 200, Link, "solo"),
        Get("a Trackmania account of nobody", 401, Link),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("solo links a Trackmania account", 200, Link, $$"""{"tmUsername":" {{s_record.Driver}} "}""", "solo") with { Ripens = true },
        new GoTo(s_later + TimeSpan.FromMinutes(1)),
        Get("solo's Trackmania account", 200, Link, "solo"),

        // At a moment that its small steps do not round to another second.
        new Pass(TimeSpan.FromMilliseconds(500)),
        Post("alice links the same account", 409, Link, $$"""{"tmUsername":"{{s_record.Driver}}"}""", "alice") with { Ripens = true },
        new GoTo(s_later + TimeSpan.FromMinutes(2)),
        Post("a Trackmania account that is not", 404, Link, """{"tmUsername":"O'Reilly -- <b>;select"}""", "alice"),
        Post("no name of a Trackmania account", 400, Link, "{}", "alice"),
        Post("nobody links a Trackmania account", 401, Link, """{"tmUsername":"Solo"}"""),
        Delete("alice forgets what she has not linked", 200, Link, "alice"),
        Delete("nobody forgets", 401, Link),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("the mapper gets the exact name", 200, TmxUser, $$"""{"tmxUserId":{{s_world.Mappers[3].UserId}}}""", "mapper", Number("$.id", "mapper's number")),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("alice wants the name of another", 409, TmxUser, $$"""{"tmxUserId":{{s_world.Mappers[0].UserId}}}""", "alice"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("a user of the site who is not there", 404, TmxUser, """{"tmxUserId":1}""", "alice"),
        Post("a user of the site who cannot be", 400, TmxUser, """{"tmxUserId":0}""", "alice"),
        Post("nobody wants a name", 401, TmxUser, """{"tmxUserId":1}"""),

        Get("solo's preferences of mails", 200, Preferences, "solo"),
        Get("preferences of nobody", 401, Preferences),
        Put("solo lives somewhere", 200, Preferences, """{"timeZone":"Asia/Kathmandu"}""", "solo"),
        Put("solo wants one mail less", 200, Preferences, """{"driverMail":false}""", "solo"),
        Put("solo lives nowhere", 400, Preferences, """{"timeZone":"Nowhere/Land"}""", "solo"),
        Put("a preference of a wrong type", 400, Preferences, """{"driverMail":"no"}""", "solo"),
        Put("nobody prefers anything", 401, Preferences, "{}"),
        Get("preferences that were changed", 200, Preferences, "solo"),

        // Links of mails hold the number of their user, which differs.
        new Mailed("Solo", "solo's link"),
        Get("the page of preferences", 200, "/mail/preferences?token={solo's link}"),
        Post("the form of preferences", 200, "/mail/preferences?token={solo's link}", "timeZone=UTC&mapperMail=true") with { ContentType = Form },
        Post("the form of preferences with a zone that is not", 400, "/mail/preferences?token={solo's link}", "timeZone=Nowhere&mapperMail=true") with { ContentType = Form },
        Get("the page to unsubscribe", 200, "/mail/unsubscribe?token={solo's link}"),
        Post("one click", 200, "/mail/unsubscribe?token={solo's link}", "List-Unsubscribe=One-Click") with { ContentType = Form },
        Get("preferences after one click", 200, Preferences, "solo"),
        Get("a page of a forged link", 404, "/mail/preferences?token=forged"),
        Post("one click on a forged link", 404, "/mail/unsubscribe?token=forged", "List-Unsubscribe=One-Click") with { ContentType = Form },
        Put("solo wants all mails again", 200, Preferences, """{"mapperMail":true,"driverMail":true}""", "solo"),

        // Maps are counted, and mails sent, when the conversation says so.
        new StopWorker(),
        Get("no alerts", 200, Alerts, "solo"),
        Get("alerts of nobody", 401, Alerts),
        Post("an alert of no type", 400, Alerts, """{"alert_type":"exact"}""", "solo"),
        Post("an alert of no filter", 400, Alerts, """{"record_filter":"top10"}""", "solo"),
        Post("an alert of nobody", 401, Alerts, "{}"),
        Post("solo creates an alert", 200, Alerts, """{"MapCount":0,"alert_type":"accurate","record_filter":"wr"}""", "solo", Number("$.alert_id", "alert")),
        Post("solo creates another alert", 409, Alerts, "{}", "solo"),
        Get("an alert whose maps are not counted", 200, Alerts, "solo", Number("$.alerts[0].id", "alert"), Number("$.alerts[0].mapId", "alert")),
        new Pass(TimeSpan.FromSeconds(1)),
        new CountMaps(),
        Get("an alert whose maps are counted", 200, Alerts, "solo", Number("$.alerts[0].id", "alert"), Number("$.alerts[0].mapId", "alert")),
        Put("solo changes the filter", 200, $"{Alerts}/{{alert}}", """{"record_filter":" ALL "}""", "solo"),
        Put("solo leaves the filter out", 200, $"{Alerts}/{{alert}}", "{}", "solo"),
        Put("a filter that is not", 400, $"{Alerts}/{{alert}}", """{"record_filter":"worst"}""", "solo"),
        Put("alice changes solo's alert", 404, $"{Alerts}/{{alert}}", "{}", "alice"),
        Put("an alert that cannot be", 404, $"{Alerts}/first", "{}", "solo"),
        Put("nobody changes an alert", 401, $"{Alerts}/{{alert}}", "{}"),
        Delete("alice deletes solo's alert", 404, $"{Alerts}/{{alert}}", "alice"),
        Delete("nobody deletes an alert", 401, $"{Alerts}/{{alert}}"),

        Get("no driver notifications", 200, Notifications, "solo"),
        Get("driver notifications of nobody", 401, Notifications),
        Post("a driver notification of one who has linked nothing", 400, Notifications, $$"""{"mapUid":"{{s_record.Map}}","mapName":"Map"}""", "alice"),
        Post("a driver notification of nothing", 400, Notifications, "{}", "solo"),
        Post("a driver notification of nobody", 401, Notifications, "{}"),

        // Renews the token for Trackmania, which is a request more.
        new Pass(TimeSpan.FromMilliseconds(500)),
        Post("a driver notification of a map without records", 400, Notifications, """{"mapUid":"no_such_map","mapName":"Map"}""", "solo") with { Ripens = true },
        new GoTo(s_later + TimeSpan.FromMinutes(3)),
        Post("a driver notification", 200, Notifications, $$"""{"mapUid":" {{s_record.Map}} ","mapName":"O'Reilly -- <b>;select & 🏁 $f00"}""", "solo"),
        Post("the same driver notification", 409, Notifications, $$"""{"mapUid":"{{s_record.Map}}","mapName":"Map"}""", "solo"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("a driver notification of a map that he is not among the first of", 400, Notifications, $$"""{"mapUid":"{{s_strange}}","mapName":"Map"}""", "solo"),
        Get("driver notifications", 200, Notifications, "solo", Number("$.notifications[0].id", "notification")),
        Delete("alice deletes solo's driver notification", 404, $"{Notifications}/{{notification}}", "alice"),
        Delete("a driver notification that cannot be", 404, $"{Notifications}/first", "solo"),
        Delete("nobody deletes a driver notification", 401, $"{Notifications}/{{notification}}"),

        Get("no notification history", 200, History, "solo"),
        Get("a notification history of nobody", 401, History),
        new Brought("Solo", NotificationKind.MapperAlert, NotificationOutcome.TechnicalError, "O'Reilly -- <b>;select", 0, DaysAgo: 1),
        new Brought("Solo", NotificationKind.MapperAlert, NotificationOutcome.Sent, "2 maps", 2, DaysAgo: 0),
        new Brought("Solo", NotificationKind.DriverNotification, NotificationOutcome.NoNewTimes, Message: null, 0, DaysAgo: 0),
        Get("a notification history", 200, History, "solo"),
        Get("a notification history of another", 200, History, "alice"),
        Get("statistics", 200, Stats, takes: TakeHeader("ETag", "statistics")),
        Get("statistics that are known", 304, Stats) with { IfNoneMatch = "{statistics}" },

        Post("feedback", 201, Feedback, """{"message":"O'Reilly -- <b>;select\n🏁","type":"bug"}""", "solo", Number("$.feedback_id", "feedback")),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("more feedback", 201, Feedback, """{"message":"Hello"}""", "alice", Number("$.feedback_id", "more feedback")),
        Post("feedback of nothing", 400, Feedback, "{}", "solo"),
        Post("feedback of nobody", 401, Feedback, """{"message":"Hello"}"""),
        Get("feedback for an administrator", 200, Feedback, "admin", Number("$.feedback[0].id", "more feedback"), Number("$.feedback[1].id", "feedback")),
        Get("feedback for a user", 403, Feedback, "solo"),
        Get("feedback for nobody", 401, Feedback),
        Put("feedback is read", 200, $"{Feedback}/{{feedback}}/read", body: null, "admin"),
        new Pass(TimeSpan.FromSeconds(1)),
        Put("feedback is read again", 200, $"{Feedback}/{{feedback}}/read", body: null, "admin"),
        Put("feedback that is not is read", 404, $"{Feedback}/9000000/read", body: null, "admin"),
        Put("a user reads feedback", 403, $"{Feedback}/{{feedback}}/read", body: null, "solo"),
        Get("feedback that was read", 200, Feedback, "admin", Number("$.feedback[0].id", "more feedback"), Number("$.feedback[1].id", "feedback")),
        Delete("a user deletes feedback", 403, $"{Feedback}/{{feedback}}", "solo"),
        Delete("feedback is deleted", 200, $"{Feedback}/{{more feedback}}", "admin"),
        Delete("feedback is deleted again", 404, $"{Feedback}/{{more feedback}}", "admin"),

        Get("the settings", 200, Config, "admin", TakeHeader("ETag", "settings")),
        Get("settings that are known", 304, Config, "admin") with { IfNoneMatch = "{settings}" },
        Get("the settings for a user", 403, Config, "solo"),
        Get("the settings for nobody", 401, Config),
        Put("a setting of text", 200, Config, """{"config_key":"max_users_registration","config_value":"9000"}""", "admin"),
        Put("a setting of a number", 200, Config, """{"config_key":"max_driver_notifications","config_value":2}""", "admin"),
        Put("a setting that is not", 400, Config, """{"config_key":"colour","config_value":"1"}""", "admin"),
        Put("a setting out of range", 400, Config, """{"config_key":"max_users_registration","config_value":0}""", "admin"),
        Put("a user changes a setting", 403, Config, """{"config_key":"max_users_registration","config_value":1}""", "solo"),
        Get("the settings that were changed", 200, Config, "admin"),
        Get("all users", 200, Everybody, "admin", Number("$.users[1].alert_id", "alert")),
        Get("a page of users", 200, $"{Everybody}?search=EXAMPLE&page=2&pageSize=2", "admin"),
        Get("a page of users that cannot be", 400, $"{Everybody}?pageSize=0", "admin"),
        Get("all users for a user", 403, Everybody, "solo"),
        Put("an alert is switched", 200, AlertType, """{"user_id":{solo's number},"alert_type":"inaccurate"}""", "admin", Number("$.user_id", "solo's number")),
        Put("an alert that is switched already", 200, AlertType, """{"user_id":{solo's number},"alert_type":"inaccurate"}""", "admin", Number("$.user_id", "solo's number")),
        Put("an alert that is not is switched", 400, AlertType, """{"user_id":{alice's number},"alert_type":"accurate"}""", "admin"),
        Put("an alert is switched to no type", 400, AlertType, """{"user_id":{solo's number},"alert_type":"none"}""", "admin"),
        Put("an alert of a user who is not", 404, AlertType, """{"user_id":9000000,"alert_type":"accurate"}""", "admin"),
        Put("a user switches his alert", 403, AlertType, "{}", "solo"),
        Get("an alert that was switched", 200, Alerts, "solo", Number("$.alerts[0].id", "alert"), Number("$.alerts[0].mapId", "alert")),
        Get("the daily overview", 200, Overview, "admin"),
        Get("the daily overview for a user", 403, Overview, "solo"),
        Get("the last daily runs", 200, DailyRuns, "admin"),
        Get("the daily runs for a user", 403, DailyRuns, "solo"),
        Put("alice becomes an administrator", 200, $"{Everybody}/{{alice's number}}/role", """{"role":"admin"}""", "admin", Number("$.user_id", "alice's number")),
        Put("alice becomes a user", 200, $"{Everybody}/{{alice's number}}/role", """{"role":"user"}""", "admin", Number("$.user_id", "alice's number")),
        Put("the administrator takes his own rights", 409, $"{Everybody}/{{admin's number}}/role", """{"role":"user"}""", "admin"),
        Put("a role that is not", 400, $"{Everybody}/{{alice's number}}/role", """{"role":"king"}""", "admin"),
        Put("a role of a user who is not", 404, $"{Everybody}/9000000/role", """{"role":"user"}""", "admin"),
        Put("a user makes himself an administrator", 403, $"{Everybody}/{{solo's number}}/role", """{"role":"admin"}""", "solo"),
        Get("sessions of the mapper", 200, $"{Everybody}/{{mapper's number}}/sessions", "admin", Take("$[0].id", "mapper's session")),
        Get("sessions for a user", 403, $"{Everybody}/{{mapper's number}}/sessions", "solo"),
        Delete("a user ends a session of the mapper", 403, $"{Everybody}/{{mapper's number}}/sessions/{{mapper's session}}", "solo"),
        Delete("a session of the mapper is ended", 204, $"{Everybody}/{{mapper's number}}/sessions/{{mapper's session}}", "admin"),
        Delete("a session of the mapper is ended again", 404, $"{Everybody}/{{mapper's number}}/sessions/{{mapper's session}}", "admin"),
        Get("the mapper is signed out", 401, "/api/v1/users/profile", "mapper"),
        Delete("all sessions of a user are ended", 200, $"{Everybody}/{{alice's number}}/sessions", "admin"),
        Delete("a user ends all sessions of another", 403, $"{Everybody}/{{alice's number}}/sessions", "solo"),
        Get("alice is signed out everywhere", 401, "/api/v1/users/profile", "alice"),
        Delete("the administrator removes himself", 409, $"{Everybody}/{{admin's number}}", "admin"),
        Delete("a user removes another", 403, $"{Everybody}/{{mapper's number}}", "solo"),
        Delete("the mapper is removed", 200, $"{Everybody}/{{mapper's number}}", "admin"),
        Delete("the mapper is removed again", 404, $"{Everybody}/{{mapper's number}}", "admin"),

        Get("a test", 200, "/api/v1/test", "admin"),
        Post("a test by POST", 200, "/api/v1/test", "{}", "admin"),
        Get("a test of a user", 403, "/api/v1/test", "solo"),
        Get("a test of nobody", 401, "/api/v1/test"),
        Get("a test with an account", 200, "/api/v1/test-advanced", "admin"),
        Post("a test with an account by POST", 200, "/api/v1/test-advanced", body: null, "admin"),
        Post("a test with an account of a user", 403, "/api/v1/test-advanced", "{}", "solo"),
        Post("a daily run", 401, "/api/v1/cron/daily", body: null),
        Post("a daily run of an administrator", 401, "/api/v1/cron/daily", "{}", "admin"),

        // Past the minutes in which nobody signs in any more.
        new GoTo(s_later + TimeSpan.FromMinutes(6)),
        Get("an export", 200, "/api/v1/users/export", "solo", Take("$.sessions[0].id", "solo's session"), Number("$.profile.id", "solo's number"), Number("$.alert.id", "alert"), Number("$.driverNotifications[0].id", "notification"), Number("$.feedback[0].id", "feedback")),
        Get("an export of nobody", 401, "/api/v1/users/export"),
        Post("solo signs in elsewhere", 200, "/api/v1/users/login", $$"""{"email":"solo","password":"{{Password}}"}""", takes: Tokens("solo elsewhere")),
        Post("a password that is not solo's", 403, "/api/v1/users/password", """{"currentPassword":"wrong","newPassword":"another good one"}""", "solo"),
        Post("a new password that is too short", 400, "/api/v1/users/password", $$"""{"currentPassword":"{{Password}}","newPassword":"short"}""", "solo"),
        Post("a new password of nobody", 401, "/api/v1/users/password", "{}"),
        Post("solo changes the password", 200, "/api/v1/users/password", $$"""{"currentPassword":"{{Password}}","newPassword":"another good one"}""", "solo"),
        Get("which has ended solo's other session", 401, "/api/v1/users/profile", "solo elsewhere"),
        new Pass(TimeSpan.FromSeconds(1)),
        Post("the old password", 401, "/api/v1/users/login", $$"""{"email":"solo","password":"{{Password}}"}"""),
        Post("the new password", 200, "/api/v1/users/login", """{"email":"solo","password":"another good one"}""", takes: Tokens("solo elsewhere")),
        Delete("solo deletes the driver notification", 200, $"{Notifications}/{{notification}}", "solo"),
        Delete("solo deletes it again", 404, $"{Notifications}/{{notification}}", "solo"),
        Delete("solo deletes the alert", 200, $"{Alerts}/{{alert}}", "solo"),
        Delete("solo deletes the alert again", 404, $"{Alerts}/{{alert}}", "solo"),
        Delete("solo forgets the Trackmania account", 200, Link, "solo"),
        Get("a Trackmania account that was forgotten", 200, Link, "solo"),
        Post("bob is removed with a wrong password", 403, "/api/v1/users/delete-account", """{"password":"wrong"}""", "bob"),
        Post("bob is removed without a password", 400, "/api/v1/users/delete-account", "{}", "bob"),
        Post("nobody is removed", 401, "/api/v1/users/delete-account", "{}"),
        Post("bob is removed", 200, "/api/v1/users/delete-account", $$"""{"password":"{{Password}}"}""", "bob"),
        Get("bob is no more", 401, "/api/v1/users/profile", "bob"),
        Post("bob cannot sign in", 401, "/api/v1/users/login", $$"""{"email":"bob","password":"{{Password}}"}"""),
        Get("the users who are left", 200, $"{Everybody}?search=example", "admin"),

        Post("solo wishes for a new password", 202, Wish, """{"email":"SOLO@example.org"}"""),
        new SendPasswordReset("solo's reset"),
        Post("nobody wishes for a new password", 202, Wish, """{"email":"nobody@example.org"}"""),
        Post("a wish without an address", 400, Wish, "{}"),
        Get("the page for a new password", 200, "/mail/reset-password?token={solo's reset}"),
        Post("a form for a new password that is too short", 400, "/mail/reset-password?token={solo's reset}", "newPassword=short") with { ContentType = Form },
        Get("the page of a forged link for a new password", 404, "/mail/reset-password?token=forged"),
        Post("a new password by a forged token", 404, $"{Wish}/confirm", """{"token":"forged","newPassword":"yet another good one"}"""),
        Post("a new password by no token", 400, $"{Wish}/confirm", "{}"),
        Post("solo's form for a new password", 200, "/mail/reset-password?token={solo's reset}", "newPassword=yet+another+good+one") with { ContentType = Form },
        Post("solo's form once more", 404, "/mail/reset-password?token={solo's reset}", "newPassword=yet+another+good+one") with { ContentType = Form },
        Get("solo is signed out by that", 401, "/api/v1/users/profile", "solo"),
        Post("alice wishes for a new password", 202, Wish, """{"email":"alice@example.org"}"""),
        new SendPasswordReset("alice's reset"),
        Post("alice's new password", 200, $"{Wish}/confirm", """{"token":"{alice's reset}","newPassword":"yet another good one"}"""),
        Post("alice's new password once more", 404, $"{Wish}/confirm", """{"token":"{alice's reset}","newPassword":"yet another good one"}"""),
        Post("alice wishes for another password", 202, Wish, """{"email":"alice@example.org"}"""),
        Post("alice wishes for yet another password", 202, Wish, """{"email":"alice@example.org"}"""),
        Post("too many wishes", 429, Wish, """{"email":"alice@example.org"}"""),
        Get("statistics in the end", 200, Stats),
    ];

    /// <summary>Where the profiles may say something else, and what.</summary>
    public static IReadOnlyList<Difference> Differences { get; } =
    [
        new("health", "$.services.postgres", "It is configured, or it is not.", profile => $"\"{profile.PostgresHealth}\""),
        .. QueuePlaces("a search that waits", 0),
        .. QueuePlaces("a search of another version", 0),
        .. QueuePlaces("a search that waits, compatible", 0),
        .. QueuePlaces("a second search that waits", 1),
    ];

    private static IEnumerable<Difference> QueuePlaces(string what, int place) =>
    [
        new(what, "$.progress.queuePlace", "SQS does not tell what waits before a message.", profile => profile == HostProfile.Aws ? "null" : $"{place}"),
    ];

    private static Ask Get(string what, int status, string path, string? user = null, params Taken[] takes) => new(what, status, "GET", path) { User = user, Takes = takes };

    private static Ask Delete(string what, int status, string path, string? user = null) => new(what, status, "DELETE", path) { User = user };

    private static Ask Put(string what, int status, string path, string? body, string? user = null, params Taken[] takes) =>
        Post(what, status, path, body, user, takes) with { Method = "PUT" };

    private static Ask Post(string what, int status, string path, string? body, string? user = null, params Taken[] takes) =>
        new(what, status, "POST", path) { Body = body, ContentType = body is null ? null : Json, User = user, Takes = takes };

    private static Taken[] Tokens(string user) => [new("$.access_token", user), new("$.refresh_token", $"{user}.refresh")];

    private static Taken Take(string path, string name) => new(path, name);

    private static Taken Number(string path, string name) => new(path, name) { IsNumber = true };

    private static Taken TakeHeader(string header, string name) => new(header, name) { IsHeader = true };
}

internal abstract record Step;

/// <param name="What">Names it, for people and for <see cref="Difference"/>.</param>
/// <param name="Status">Of the answer, so that the conversation takes the way it is meant to take.</param>
internal sealed record Ask(string What, int Status, string Method, string Path) : Step
{
    public string? User { get; init; }

    public string? Body { get; init; }

    public string? ContentType { get; init; }

    public string? IfNoneMatch { get; init; }

    /// <summary>It has to ask Trackmania more than once: time passes in small steps until it is answered.</summary>
    public bool Ripens { get; init; }

    public string UserAgent { get; init; } = "conversation/1.0";

    public IReadOnlyList<Taken> Takes { get; init; } = [];
}

/// <summary>A value of the answer that is used later. One of the body is random, and its name is put where it stands in this and all later answers.</summary>
internal sealed record Taken(string Path, string Name)
{
    /// <summary>A header's value is no secret and not random: it is compared as it is.</summary>
    public bool IsHeader { get; init; }

    /// <summary>
    /// Ends with a number that a store gave, and stores count differently. Such a number is no text of its own: its name is put at this place
    /// of this answer only, and what was taken under one name before must be the same.
    /// </summary>
    public bool IsNumber { get; init; }
}

/// <summary>Time passes in small steps until the search is completed.</summary>
internal sealed record Ripen(string Search, string User) : Step;

/// <summary>The search ends with time standing still.</summary>
internal sealed record UntilEnded(string Search, string User) : Step;

/// <param name="At">Since the start of the conversation.</param>
internal sealed record GoTo(TimeSpan At) : Step;

internal sealed record Pass(TimeSpan Time) : Step;

/// <summary>From now on the host only answers requests.</summary>
internal sealed record StopWorker : Step;

/// <summary>What a worker does each second.</summary>
internal sealed record CountMaps : Step;

/// <summary>A user got a mail, whose token is known from now on under this name.</summary>
internal sealed record Mailed(string User, string Name) : Step;

/// <summary>What a worker does each second: the only mail that is due for a new password is sent, and its token known from now on under this name.</summary>
internal sealed record SendPasswordReset(string Name) : Step;

/// <summary>A daily run had this outcome for a user.</summary>
internal sealed record Brought(string User, NotificationKind Kind, NotificationOutcome Outcome, string? Message, int Found, int DaysAgo) : Step;

/// <summary>From now on Trackmania answers questions after leaderboards with errors.</summary>
internal sealed record BreakLeaderboards : Step;

internal sealed record MendLeaderboards : Step;

internal sealed record StartWorker : Step;

/// <param name="Path">In the body of the answer.</param>
/// <param name="Expected">The value as JSON.</param>
internal sealed record Difference(string What, string Path, string Reason, Func<HostProfile, string> Expected);
