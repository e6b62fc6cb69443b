using Backend.Infrastructure.Postgres;
using Backend.Unit.Selection;
using CsCheck;
using Npgsql;

namespace Backend.Unit.Postgres;

public sealed class PostgresSettingsTests
{
    private const string Neon = "NEON_DB_CONNECTION_STRING";
    private const string Backend = "ConnectionStrings:Backend";
    private const string Remote = "db.example.org";
    private const string Password = "hunter2-very-secret";

    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(Neon, "postgresql://app:hunter2-very-secret@db.example.org:6543/tracks")]
    [InlineData(Neon, "POSTGRES://app:hunter2-very-secret@db.example.org:6543/tracks")]
    [InlineData(Neon, "Host=db.example.org;Port=6543;Database=tracks;Username=app;Password=hunter2-very-secret")]
    [InlineData(Backend, "  postgres://app:hunter2-very-secret@db.example.org:6543/tracks\n")]
    [InlineData(Backend, "Server=db.example.org;Port=6543;DB=tracks;User Id=app;PWD=hunter2-very-secret")]
    [InlineData(Backend, "postgresql:///tracks?host=db.example.org&port=6543&user=app&password=hunter2-very-secret")]
    [InlineData(Backend, "postgresql://db.example.org:6543?dbname=tracks&user=app&password=hunter2-very-secret")]
    public void Both_spellings_are_taken_from_both_keys(string key, string text)
    {
        var settings = Read((key, text));

        settings.Target.ShouldBe("db.example.org:6543/tracks");
        var builder = Parse(settings);
        (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password).ShouldBe((Remote, 6543, "tracks", "app", Password));
    }

    [Fact]
    public void The_first_key_counts() => Read((Backend, Of("second")), (Neon, Of("first"))).Target.ShouldBe("first:5432/tracks");

    [Theory]
    [InlineData("postgresql://a%40b:p%3Aw%2F%3F%23%5B%5D%40%26%3D%25%20%2B%C3%A4@db.example.org/tr%20acks", "a@b", "p:w/?#[]@&=% +ä", "tr acks")]
    [InlineData("postgresql://app:it's;\"a=b\"@db.example.org/tracks", "app", "it's;\"a=b\"", "tracks")]
    [InlineData("postgresql://app:a:b@db.example.org/tracks", "app", "a:b", "tracks")]
    [InlineData("postgresql://app:a[@b@db.example.org/tracks", "app", "a[@b", "tracks")]
    [InlineData("postgresql://app:a%zz%@db.example.org/..", "app", "a%zz%", "..")]
    [InlineData("postgresql://app:@db.example.org/tracks", "app", null, "tracks")]
    [InlineData("postgresql://app@db.example.org/tracks", "app", null, "tracks")]
    [InlineData("postgresql://db.example.org/tracks", null, null, "tracks")]
    [InlineData("postgresql://app:a+b@db.example.org/tracks", "app", "a+b", "tracks")]
    [InlineData("Host=db.example.org;Database=tracks;Username=app;Password='a;b=''c'''", "app", "a;b='c'", "tracks")]
    public void Credentials_arrive_as_they_were_meant(string text, string? user, string? password, string database)
    {
        var builder = Parse(Read((Neon, text)));

        (builder.Username, builder.Password is "" ? null : builder.Password, builder.Database).ShouldBe((user, password, database));
    }

    [Theory]
    [InlineData("postgresql://app@[2001:db8::7]/tracks", "2001:db8::7", 5432)]
    [InlineData("postgresql://app@[2001:db8::7]:6543/tracks", "2001:db8::7", 6543)]
    [InlineData("postgresql://app@192.0.2.1:1/tracks", "192.0.2.1", 1)]
    [InlineData("postgresql://app@db.example.org/tracks?port=6543", Remote, 6543)]
    [InlineData("postgresql://app@my_db/tracks", "my_db", 5432)]
    [InlineData("postgresql:///tracks?host=/var/run/postgresql", "/var/run/postgresql", 5432)]
    [InlineData("postgresql:///tracks?host=%2Fvar%2Frun%2Fpostgresql", "/var/run/postgresql", 5432)]
    [InlineData("postgresql://%2Fvar%2Frun%2Fpostgresql/tracks", "/var/run/postgresql", 5432)]
    [InlineData("postgresql://app:a%2Fb@%2Fvar%2Frun%2Fpostgresql:6543/tracks", "/var/run/postgresql", 6543)]
    [InlineData("Host=/var/run/postgresql;Database=tracks", "/var/run/postgresql", 5432)]
    public void Every_kind_of_host_is_understood(string text, string host, int port)
    {
        var builder = Parse(Read((Neon, text)));

        (builder.Host, builder.Port).ShouldBe((host, port));
    }

    [Fact]
    public void The_string_that_Neon_hands_out_is_taken_as_it_is()
    {
        var settings = Read((Neon, "postgresql://app:hunter2-very-secret@ep-cool-mud-123456-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require"));

        var builder = Parse(settings);
        (builder.SslMode, builder.ChannelBinding, builder.Host, builder.Database).ShouldBe(
            (SslMode.VerifyFull, ChannelBinding.Require, "ep-cool-mud-123456-pooler.eu-central-1.aws.neon.tech", "neondb"));
        settings.IsPooled.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Remote, null, SslMode.VerifyFull)]
    [InlineData(Remote, "require", SslMode.VerifyFull)]
    [InlineData(Remote, "verify-ca", SslMode.VerifyFull)]
    [InlineData(Remote, "verify-full", SslMode.VerifyFull)]
    [InlineData(Remote, "VerifyFull", SslMode.VerifyFull)]
    [InlineData(Remote, "prefer", SslMode.VerifyFull)]
    [InlineData(Remote, "allow", SslMode.VerifyFull)]
    [InlineData(Remote, "disable", SslMode.Disable)]
    [InlineData("192.0.2.1", "prefer", SslMode.VerifyFull)]
    [InlineData("localhost.example.org", null, SslMode.VerifyFull)]
    [InlineData("127.0.0.1", null, SslMode.Prefer)]
    [InlineData("127.8.9.1", "allow", SslMode.Prefer)]
    [InlineData("[::1]", "prefer", SslMode.Prefer)]
    [InlineData("LOCALHOST", null, SslMode.Prefer)]
    [InlineData("127.0.0.1", "require", SslMode.VerifyFull)]
    [InlineData("127.0.0.1", "verify-ca", SslMode.VerifyFull)]
    [InlineData("localhost", "disable", SslMode.Disable)]
    public void A_certificate_is_checked_unless_somebody_says_otherwise(string host, string? mode, SslMode expected)
    {
        var query = mode is null ? "" : $"?sslmode={mode}";
        Parse(Read((Neon, $"postgresql://app:pw@{host}/tracks{query}"))).SslMode.ShouldBe(expected);

        var keyword = mode is null ? "" : $";SSL Mode={mode}";
        Parse(Read((Neon, $"Host={host.Trim('[', ']')};Database=tracks{keyword}"))).SslMode.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, SslMode.Require)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-full", SslMode.Require)]
    [InlineData("prefer", SslMode.Require)]
    [InlineData("disable", SslMode.Disable)]
    public void Only_the_setting_for_it_goes_without_a_check(string? mode, SslMode expected)
    {
        var text = $"postgresql://app:pw@{Remote}/tracks{(mode is null ? "" : $"?sslmode={mode}")}";

        Parse(Read((Neon, text), ("Postgres:TrustServerCertificate", "true"))).SslMode.ShouldBe(expected);
        Parse(Read((Neon, text), ("Postgres:TrustServerCertificate", "false"))).SslMode.ShouldNotBe(SslMode.Require);
    }

    /// <summary>Of several hosts one is enough to be overheard.</summary>
    [Theory]
    [InlineData("Host=127.0.0.1,db.example.org;Database=tracks", SslMode.VerifyFull)]
    [InlineData("Host=/var/run/postgresql,db.example.org;Database=tracks", SslMode.VerifyFull)]
    [InlineData("Host=127.0.0.1,localhost;Database=tracks", SslMode.Prefer)]
    [InlineData("Host=127.0.0.1:6543,[::1]:6544;Database=tracks", SslMode.Prefer)]
    [InlineData("Host=localhost:6543;Database=tracks", SslMode.Prefer)]
    [InlineData("postgresql://app@127.0.0.1:6543,db.example.org:6544/tracks", SslMode.VerifyFull)]
    public void Several_hosts_are_as_local_as_the_farthest(string text, SslMode expected) => Parse(Read((Neon, text))).SslMode.ShouldBe(expected);

    [Fact]
    public void The_certificates_are_taken()
    {
        var builder = Parse(Read((Neon, Of(Remote, "sslrootcert=/etc/ca.pem&sslcert=%2Fetc%2Fa%20b.pem&sslkey=/etc/key.pem&sslnegotiation=direct"))));

        (builder.RootCertificate, builder.SslCertificate, builder.SslKey, builder.SslNegotiation).ShouldBe(("/etc/ca.pem", "/etc/a b.pem", "/etc/key.pem", SslNegotiation.Direct));
        Parse(Read((Neon, Of(Remote, "sslmode=verify-full&sslrootcert=system")))).RootCertificate.ShouldBeNull();
    }

    [Fact]
    public void Each_parameter_that_a_message_calls_known_can_be_used()
    {
        var values = new Dictionary<string, string>
        {
            ["sslmode"] = "require",
            ["sslrootcert"] = "system",
            ["sslcert"] = "c",
            ["sslkey"] = "k",
            ["sslnegotiation"] = "postgres",
            ["channel_binding"] = "prefer",
            ["application_name"] = "a",
            ["connect_timeout"] = "7",
            ["options"] = "-c%20work_mem%3D8MB",
            ["user"] = "u",
            ["password"] = "p",
            ["host"] = "h",
            ["port"] = "1",
            ["dbname"] = "d",
        };
        PostgresSettings.Read(Settings.Of((Neon, Of(Remote, "x=y"))), isDevelopment: false, _errors);
        var known = _errors.ShouldHaveSingleItem().Split("known are ")[1].TrimEnd('.').Split(", ");
        _errors.Clear();

        known.ShouldBe(values.Keys, ignoreOrder: true);
        foreach (var (name, value) in values)
        {
            var settings = Read((Neon, Of(Remote, $"{name}={value}")));
            using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        }
    }

    [Theory]
    [InlineData("postgresql://app:hunter2-very-secret@db.example.org/tracks?sslmod=hunter2-very-secret", "sslmod")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?sslmode=hunter2-very-secret", "sslmode")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?connect_timeout=hunter2-very-secret", "connect_timeout")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?port=hunter2-very-secret", "port")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?sslmode=17", "sslmode")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?sslmode", "sslmode")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?target_session_attrs=hunter2-very-secret", "target_session_attrs")]
    [InlineData("postgresql://app:pw@db.example.org/tracks?port=70000", "port")]
    [InlineData("postgresql://app:pw@db.example.org:70000/tracks", "port")]
    [InlineData("postgresql://app:pw%00@db.example.org/tracks", "password")]
    [InlineData("Host=db.example.org;Database=tracks;Prt=hunter2-very-secret", "prt")]
    [InlineData("Host=db.example.org;Database=tracks;Port=hunter2-very-secret", "port")]
    [InlineData("Host=db.example.org;Database=tracks;SSL Mode=hunter2-very-secret", "ssl mode")]
    [InlineData("Host=db.example.org;Database=tracks;Port=99999", "port")]
    public void A_parameter_that_cannot_be_used_is_named_without_its_value(string text, string name)
    {
        PostgresSettings.Read(Settings.Of((Neon, text)), isDevelopment: false, _errors).ShouldBeNull();

        var error = _errors.ShouldHaveSingleItem();
        error.ShouldStartWith($"{Neon} ");
        error.ShouldContain($"'{name}'", Case.Insensitive);
        error.ShouldNotContain(Password);
        error.ShouldEndWith(".");
    }

    /// <summary>A password that nobody percent-encoded or quoted falls apart, and its parts may look like anything.</summary>
    [Theory]
    [InlineData("postgresql://app:1?hunter2-very-secret@db.example.org/tracks")]
    [InlineData("postgresql://app:1?x&hunter2-very-secret@db.example.org/tracks")]
    [InlineData("postgresql://app:1#hunter2-very-secret@db.example.org/tracks")]
    [InlineData("postgresql://app:1/hunter2-very-secret@db.example.org/tracks")]
    [InlineData("postgresql://app:1?hunter2=x&very-secret@db.example.org/tracks")]
    [InlineData("postgresql://app:1/hunter2-very-secret@db.example.org/tracks?sslmode=require")]
    [InlineData("postgresql://hunter2-very-secret")]
    [InlineData("postgresql://app:hunter2-very-secret")]
    [InlineData("postgresql:hunter2-very-secret")]
    [InlineData("jdbc:postgresql://app:hunter2-very-secret@db.example.org/tracks")]
    [InlineData("hunter2-very-secret")]
    [InlineData("Host=db.example.org;Database=tracks;Password=a;hunter2-very-secret@x=b")]
    public void No_message_shows_what_may_be_a_secret(string text)
    {
        PostgresSettings.Read(Settings.Of((Neon, text)), isDevelopment: false, _errors).ShouldBeNull();

        _errors.ShouldNotBeEmpty();
        _errors.ShouldAllBe(e => e.StartsWith(Neon, StringComparison.Ordinal) && e.EndsWith('.') && !e.Contains(Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgresql:///tracks", "NEON_DB_CONNECTION_STRING names no host.")]
    [InlineData("Database=tracks", "NEON_DB_CONNECTION_STRING names no host.")]
    [InlineData("postgresql://app:pw@db.example.org", "NEON_DB_CONNECTION_STRING names no database.")]
    [InlineData("postgresql://app:pw@db.example.org/", "NEON_DB_CONNECTION_STRING names no database.")]
    [InlineData("Host=db.example.org;Username=tracks", "NEON_DB_CONNECTION_STRING names no database.")]
    [InlineData("Host=db.example.org;Database=tracks;Minimum Pool Size=60", "NEON_DB_CONNECTION_STRING has parameters that cannot be used together: ")]
    [InlineData("Host=a.example.org;Database=tracks;Target Session Attributes=primary", "NEON_DB_CONNECTION_STRING has parameters that cannot be used together: ")]
    public void What_is_missing_or_does_not_go_together_is_said(string text, string expected)
    {
        PostgresSettings.Read(Settings.Of((Neon, text)), isDevelopment: false, _errors).ShouldBeNull();
        _errors.ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    [Fact]
    public void Without_a_connection_string_both_keys_are_named()
    {
        PostgresSettings.Read(Settings.Of((Neon, " "), (Backend, "")), isDevelopment: false, _errors).ShouldBeNull();
        _errors.ShouldHaveSingleItem().ShouldBe($"Postgres adapters are chosen, but there is no connection string; set {Neon} or {Backend}.");
    }

    [Theory]
    [InlineData("ep-cool-mud-pooler.eu-central-1.aws.neon.tech", null, true)]
    [InlineData("EP-COOL-MUD-POOLER.eu-central-1.aws.neon.tech", null, true)]
    [InlineData("ep-cool-mud.eu-central-1.aws.neon.tech", null, false)]
    [InlineData("ep-pooler-mud.pooler.aws.neon.tech", null, false)]
    [InlineData("ep-cool-mud-pooler.eu-central-1.aws.neon.tech", "false", false)]
    [InlineData("db.example.org", "true", true)]
    [InlineData("db.example.org", "True", true)]
    public void Behind_a_pooler_nothing_is_prepared_and_work_is_looked_for_more_often(string host, string? setting, bool expected)
    {
        var settings = Read((Neon, Of(host)), ("Postgres:Pooler", setting));

        settings.IsPooled.ShouldBe(expected);
        settings.PollInterval.ShouldBe(expected ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(5));
        Parse(settings).MaxAutoPrepare.ShouldBe(expected ? 0 : 100);
    }

    [Fact]
    public void Not_even_a_connection_string_prepares_statements_behind_a_pooler() =>
        Parse(Read((Neon, "Host=db.example.org;Database=tracks;Max Auto Prepare=20"), ("Postgres:Pooler", "true"))).MaxAutoPrepare.ShouldBe(0);

    [Fact]
    public void Limits_have_values_that_answer_within_five_seconds()
    {
        var builder = Parse(Read((Neon, Of(Remote))));

        (builder.MaxPoolSize, builder.Timeout, builder.CommandTimeout, builder.CancellationTimeout, builder.KeepAlive).ShouldBe((50, 3, 3, 500, 30));
        (builder.ApplicationName, builder.MaxAutoPrepare, builder.AutoPrepareMinUsages).ShouldBe(("trackmania-backend", 100, 2));
        (builder.NoResetOnClose, builder.IncludeErrorDetail, builder.PersistSecurityInfo, builder.Enlist).ShouldBe((true, false, false, false));
    }

    [Fact]
    public void Own_values_in_the_connection_string_are_kept()
    {
        var builder = Parse(Read((Neon, "Host=db.example.org;Database=tracks;MaxPoolSize=7;Timeout=8;CommandTimeout=9;Cancellation Timeout=1000;Keepalive=11;ApplicationName=mine;MaxAutoPrepare=13;Auto Prepare Min Usages=14")));
        (builder.MaxPoolSize, builder.Timeout, builder.CommandTimeout, builder.CancellationTimeout, builder.KeepAlive).ShouldBe((7, 8, 9, 1000, 11));
        (builder.ApplicationName, builder.MaxAutoPrepare, builder.AutoPrepareMinUsages).ShouldBe(("mine", 13, 14));

        // Even those that happen to be the driver's own.
        Parse(Read((Neon, "Host=db.example.org;Database=tracks;Maximum Pool Size=100;Timeout=15"))).MaxPoolSize.ShouldBe(100);
        var uri = Parse(Read((Neon, Of(Remote, "connect_timeout=15&application_name=mine"))));
        (uri.Timeout, uri.ApplicationName).ShouldBe((15, "mine"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Settings_have_defaults_and_are_taken(bool isDevelopment)
    {
        var standard = PostgresSettings.Read(Settings.Of((Neon, Of(Remote))), isDevelopment, _errors)!;
        (standard.MigrateAtStart, standard.StartTimeout).ShouldBe((isDevelopment, TimeSpan.FromSeconds(30)));

        var set = PostgresSettings.Read(
            Settings.Of((Neon, Of(Remote)), ("Postgres:MigrateAtStart", isDevelopment ? "false" : "true"), ("Postgres:StartTimeout", "00:00:07"), ("Postgres:PollInterval", "00:00:00.25")),
            isDevelopment,
            _errors)!;
        (set.MigrateAtStart, set.StartTimeout, set.PollInterval).ShouldBe((!isDevelopment, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(0.25)));
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("postgresql://app:hunter2-very-secret@db.example.org/tracks", 0)]
    [InlineData("postgresql://app:hunter2-very-secret@db.example.org", 1)]
    public void Bad_settings_are_reported_together_and_with_what_is_wrong_with_the_connection_string(string text, int more)
    {
        PostgresSettings.Read(
            Settings.Of(
                (Neon, text), ("Postgres:TrustServerCertificate", "maybe"), ("Postgres:Pooler", "1"), ("Postgres:MigrateAtStart", "yes"), ("Postgres:StartTimeout", "30"),
                ("Postgres:PollInterval", "00:00:00")),
            isDevelopment: false,
            _errors).ShouldBeNull();

        _errors.Skip(more).Select(e => e.Split(" is ")[0]).ShouldBe(
            ["Postgres:TrustServerCertificate", "Postgres:Pooler", "Postgres:MigrateAtStart", "Postgres:StartTimeout", "Postgres:PollInterval"], ignoreOrder: true);
        _errors.ShouldContain("Postgres:Pooler is '1', but must be true or false.");
        _errors.ShouldAllBe(e => !e.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_a_connection_string_looks_like_it_is_a_result_or_an_error()
    {
        const string Alphabet = "ab1:/?#[]@!$&'()*+,;=%-_.~ \"\\\0\näÄ😀\ud800\t{}|^`";
        string[] parameters = ["sslmode", "port", "connect_timeout", "options", "channel_binding", "host"];
        var garbage = Gen.Char[Alphabet].Array[0, 40].Select(c => new string(c));
        Gen.OneOf(
                garbage,
                garbage.Select(g => $"postgresql://{g}"),
                garbage.Select(g => $"postgresql://app:{Password}@{g}"),
                garbage.Select(g => $"postgresql://app:{Password}@db.example.org/tracks?{g}"),
                garbage.Select(g => $"Host=db.example.org;Database=tracks;Password={Password};{g}"),
                Gen.Select(garbage, garbage, (name, value) => $"Host=db.example.org;Database=tracks;Password={Password};{name}={value}"),
                Gen.Select(Gen.Int[0, parameters.Length - 1], garbage, (name, value) => $"postgresql://app:{Password}@db.example.org/tracks?{parameters[name]}={value}"))
            .Sample(
                text =>
                {
                    List<string> errors = [];
                    var settings = PostgresSettings.Read(Settings.Of((Neon, text)), isDevelopment: false, errors);
                    (settings is null).ShouldBe(errors.Count > 0);
                    errors.ShouldAllBe(e => !e.Contains(Password, StringComparison.Ordinal) && (text.Length < 12 || !e.Contains(text, StringComparison.Ordinal)));
                    if (settings is not null)
                    {
                        settings.Target.ShouldNotContain(Password);
                        using var source = NpgsqlDataSource.Create(settings.ConnectionString);
                    }
                },
                iter: 5_000);
    }

    /// <summary>Every user, password and database arrives as it was, in both spellings.</summary>
    [Fact]
    public void What_is_encoded_comes_back_whole() =>
        Gen.Select(Gen.String[Gen.Char[' ', '\ud7ff'], 1, 20], Gen.String[Gen.Char[' ', '\ud7ff'], 1, 20]).Sample((user, password) =>
        {
            var uri = Parse(PostgresSettings.Read(Settings.Of((Neon, $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@{Remote}/tracks")), isDevelopment: false, [])!);
            (uri.Username, uri.Password).ShouldBe((user, password));

            var keyValues = new NpgsqlConnectionStringBuilder { Host = Remote, Database = "tracks", Username = user, Password = password }.ConnectionString;
            var again = Parse(PostgresSettings.Read(Settings.Of((Neon, keyValues)), isDevelopment: false, [])!);
            (again.Username, again.Password).ShouldBe((user, password));
        });

    private static string Of(string host, string? query = null) => $"postgresql://app:{Password}@{host}/tracks{(query is null ? "" : $"?{query}")}";

    private static NpgsqlConnectionStringBuilder Parse(PostgresSettings settings) => new(settings.ConnectionString);

    private PostgresSettings Read(params (string Key, string? Value)[] settings)
    {
        var read = PostgresSettings.Read(Settings.Of(settings), isDevelopment: false, _errors);
        _errors.ShouldBeEmpty();
        return read.ShouldNotBeNull();
    }
}
