using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>Databases as earlier systems left them, with rows in every table.</summary>
internal static class EarlierDatabase
{
    public const string Password = "seven77";

    /// <summary>As the earlier system made them: revision a. Cost 4, for speed.</summary>
    private static readonly string Hash = BCrypt.Net.BCrypt.HashPassword(Password, BCrypt.Net.BCrypt.GenerateSalt(4, 'a'));

    public static async Task FillAsync(NpgsqlDataSource dataSource, EarlierVariant variant)
    {
        await ExecuteAsync(dataSource, Tables);
        await ExecuteAsync(dataSource, variant switch
        {
            EarlierVariant.Complete => $"{Alterations} alter table feedback add column read_at timestamp; {VolatileTables}",
            EarlierVariant.WithoutVolatileTables => $"{Alterations} alter table feedback add column read_at timestamp;",
            EarlierVariant.Aws => Alterations.Replace("varchar(20) not null default 'top5'", "varchar(20) default 'top5'", StringComparison.Ordinal),
            _ => "select",
        });
        await ExecuteAsync(dataSource, Rows.Replace("{hash}", Hash, StringComparison.Ordinal));
        if (variant == EarlierVariant.Complete)
        {
            await ExecuteAsync(dataSource, VolatileRows);
        }
        else if (variant == EarlierVariant.Aws)
        {
            await ExecuteAsync(dataSource, "update alerts set record_filter = null where id = 41");
        }
    }

    public static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private const string Tables = """
        create table users (
            id serial primary key, username text, email text not null, password text not null, created_at timestamp default now(),
            tm_username varchar(255), tm_account_id varchar(255), role varchar(50) default 'user' check (role in ('user', 'admin')));
        create index idx_users_tm_account_id on users (tm_account_id);
        create index idx_users_email on users (email);
        create index idx_users_username on users (username);
        create table admin_config (
            id serial primary key, config_key varchar(100) not null unique, config_value text not null, description text, updated_at timestamp default now());
        create table alerts (
            id serial primary key, user_id integer not null references users (id) on delete cascade, username text not null, email text not null,
            created_at timestamp default now(), alert_type varchar(20) default 'accurate' check (alert_type in ('accurate', 'inaccurate')), map_count integer default 0);
        create index idx_alerts_user_id on alerts (user_id);
        create index idx_alerts_alert_type on alerts (alert_type);
        create index idx_alerts_map_count on alerts (map_count);
        create table alert_maps (alert_id integer not null references alerts (id) on delete cascade, mapid text not null, primary key (alert_id, mapid));
        create index idx_alert_maps_alert_id on alert_maps (alert_id);
        create table driver_notifications (
            id serial primary key, user_id integer not null references users (id) on delete cascade, map_uid varchar(255) not null, map_name varchar(500) not null,
            current_position integer not null, personal_best integer not null, status varchar(20) default 'active' check (status in ('active', 'inactive')),
            is_active boolean default true, created_at timestamp default now(), updated_at timestamp default now(), last_checked timestamp default now(),
            unique (user_id, map_uid));
        create index idx_driver_notifications_user_id on driver_notifications (user_id);
        create index idx_driver_notifications_map_uid on driver_notifications (map_uid);
        create index idx_driver_notifications_status on driver_notifications (status) where status = 'active';
        create index idx_driver_notifications_is_active on driver_notifications (is_active) where is_active = true;
        create index idx_driver_notifications_last_checked on driver_notifications (last_checked);
        create table map_positions (
            id serial primary key, map_uid varchar(255) not null unique, position integer not null, score integer not null,
            last_checked timestamp default now(), created_at timestamp default now(), updated_at timestamp default now());
        create index idx_map_positions_map_uid on map_positions (map_uid);
        create index idx_map_positions_last_checked on map_positions (last_checked);
        create table notification_history (
            id serial primary key, user_id integer not null references users (id) on delete cascade, username varchar(255) not null,
            notification_type varchar(20) not null check (notification_type in ('mapper_alert', 'driver_notification')),
            status varchar(20) not null check (status in ('sent', 'no_new_times', 'technical_error', 'processing')),
            message text, records_found integer default 0, processing_date date not null, created_at timestamp default now());
        create index idx_notification_history_user_id on notification_history (user_id);
        create index idx_notification_history_processing_date on notification_history (processing_date);
        create index idx_notification_history_type on notification_history (notification_type);
        create index idx_notification_history_status on notification_history (status);
        create table feedback (
            id serial primary key, user_id integer not null references users (id) on delete cascade, username varchar(255) not null, message text not null,
            type varchar(50) default 'general', created_at timestamp default now());
        create index idx_feedback_created_at on feedback (created_at desc);
        create index idx_feedback_user_id on feedback (user_id);
        """;

    private const string Alterations = """
        alter table alerts add column record_filter varchar(20) not null default 'top5' check (record_filter in ('top5', 'wr', 'all'));
        alter table alerts add column updated_at timestamp default now();
        """;

    private const string VolatileTables = """
        create table api_tokens (provider text not null, token_type text not null, token text not null, created_at bigint not null, primary key (provider, token_type));
        create table daily_emails (
            username text not null, email text not null, date date not null, mapper_content text default '', driver_content text default '',
            status text not null default 'pending' check (status in ('pending', 'sent')), created_at bigint not null, updated_at bigint not null, primary key (username, date));
        create index idx_daily_emails_date on daily_emails (date);
        create table map_leaderboard_cache (cache_key text primary key, leaderboard_data jsonb not null, created_at bigint not null);
        create index idx_map_leaderboard_cache_created on map_leaderboard_cache (created_at);
        create table map_search_jobs (
            job_id text primary key, username text not null, period text not null default '1d',
            status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed')),
            created_at bigint not null, updated_at bigint not null, result jsonb, error_message text);
        create index idx_map_search_jobs_status on map_search_jobs (status);
        create index idx_map_search_jobs_created_at on map_search_jobs (created_at);
        """;

    /// <summary>Users up to 9, though 12 was given once; alerts inserted with ids that their counter does not know of.</summary>
    private const string Rows = """
        insert into users (id, username, email, password, created_at, tm_username, tm_account_id, role) values
            (1, 'Quarry Owl', 'owl@quarry.example', '{hash}', '2024-11-03 09:15:00.123999', 'QuarryOwl', 'a3b1c2d4-0000-4000-8000-000000000001', 'admin'),
            (4, 'Ünï Drïver', 'unidriver@lane.example', '{hash}', '2025-03-30 02:30:00', null, null, 'user'),
            (9, 'plain.jane', 'Jane@Lane.example', ' ', null, null, null, null);
        select setval('users_id_seq', 12);
        insert into admin_config (config_key, config_value, description, updated_at) values ('max_users_registration', '75', 'cap', '2025-01-01 00:00:00.0005');
        insert into alerts (id, user_id, username, email, created_at, alert_type, map_count) values
            (40, 1, 'Quarry Owl', 'owl@quarry.example', '2025-06-01 12:00:00', 'inaccurate', 230), (41, 4, 'Ünï Drïver', 'unidriver@lane.example', null, null, null);
        insert into alert_maps values (40, 'uidOfQuarryOne'), (40, 'uidOfQuarryTwo');
        insert into driver_notifications (user_id, map_uid, map_name, current_position, personal_best, status, is_active, created_at, updated_at, last_checked) values
            (4, 'uidOfQuarryOne', 'Fish &amp; Chips &lt;3', 17, 54321, 'active', true, '2025-07-01 10:00:00', '2025-07-02 10:00:00', '2025-10-26 01:30:00'),
            (4, 'uidOfQuarryTwo', 'Nothing & special', 2, 48000, null, null, null, null, null),
            (9, 'uidOfQuarryTwo', '&amp;lt;b&amp;gt; &#x27;n&#x27; &quot;roll&quot;', 3, 48001, 'inactive', true, '2025-07-01 10:00:00', '2025-07-02 10:00:00', '2025-07-03 10:00:00'),
            (1, 'uidOfQuarryTwo', 'plain', 1, -1, 'active', true, '2025-07-01 10:00:00', '2025-07-02 10:00:00', '2025-07-03 10:00:00');
        insert into map_positions (map_uid, position, score, last_checked, created_at, updated_at) values
            ('uidOfQuarryOne', 1042, 9999999, '2025-08-01 04:00:01', '2025-07-01 04:00:00', null), ('uidOfQuarryTwo', 7, 9999999, null, null, null);
        insert into notification_history (user_id, username, notification_type, status, message, records_found, processing_date, created_at) values
            (1, 'Quarry Owl', 'mapper_alert', 'sent', 'three maps', 3, '2025-08-01', '2025-08-01 04:00:09.5'),
            (1, 'Quarry Owl', 'mapper_alert', 'no_new_times', null, null, '2025-08-02', null),
            (4, 'Ünï Drïver', 'driver_notification', 'technical_error', 'R&amp;D', 0, '2025-08-02', '2025-08-02 05:00:00');
        insert into feedback (user_id, username, message, type, created_at) values
            (4, 'Ünï Drïver', 'Doesn&#x27;t &amp;amp; won&#x27;t', 'bug &amp; wish', '2025-09-09 23:59:59.999999'), (9, 'plain.jane', 'all good', null, null);
        """;

    private const string VolatileRows = """
        insert into api_tokens values ('auth', 'access', 'token-in-clear', 1754000000000), ('auth', 'refresh', 'another-in-clear', 1754000000000);
        insert into daily_emails values ('Quarry Owl', 'owl@quarry.example', '2025-08-01', 'three maps', '', 'sent', 1754000000000, 1754000000001);
        insert into map_leaderboard_cache values ('map_11_2025-08-01', '[{"score": 1}]', 1754000000000);
        insert into map_search_jobs values
            ('0b8f7c1e-9f55-4a4e-8f52-53f1f0a4f001', 'Quarry Owl', '1w', 'completed', 1754000000000, 1754000000002, '[{"map": "one"}]', null),
            ('0b8f7c1e-9f55-4a4e-8f52-53f1f0a4f002', 'nobody', '1d', 'failed', 1754000000000, 1754000000003, null, 'gave up');
        """;
}

/// <summary>What earlier versions and deployments had.</summary>
public enum EarlierVariant
{
    Complete,
    WithoutVolatileTables,
    Aws,
    AwsBeforeRecordFilters,
}
