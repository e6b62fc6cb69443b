-- One starting point for all further scripts, whether the database is empty or one that an earlier system filled:
-- every table that is missing is made as that system would have made it, and so is every column.

create table if not exists public.users (
    id serial primary key,
    username text,
    email text not null,
    password text not null,
    created_at timestamp default now(),
    tm_username varchar(255),
    tm_account_id varchar(255),
    role varchar(50) default 'user' check (role in ('user', 'admin'))
);

alter table public.users
    add column if not exists tm_username varchar(255),
    add column if not exists tm_account_id varchar(255),
    add column if not exists role varchar(50) default 'user';

create table if not exists public.admin_config (
    id serial primary key,
    config_key varchar(100) not null unique,
    config_value text not null,
    description text,
    updated_at timestamp default now()
);

create table if not exists public.alerts (
    id serial primary key,
    user_id integer not null references public.users (id) on delete cascade,
    username text not null,
    email text not null,
    created_at timestamp default now(),
    alert_type varchar(20) default 'accurate' check (alert_type in ('accurate', 'inaccurate')),
    map_count integer default 0,
    record_filter varchar(20) not null default 'top5' check (record_filter in ('top5', 'wr', 'all')),
    updated_at timestamp default now()
);

-- Without a default, which would date every existing row to this moment.
alter table public.alerts
    add column if not exists record_filter varchar(20) default 'top5',
    add column if not exists updated_at timestamp;

create table if not exists public.alert_maps (
    alert_id integer not null references public.alerts (id) on delete cascade,
    mapid text not null,
    primary key (alert_id, mapid)
);

create table if not exists public.driver_notifications (
    id serial primary key,
    user_id integer not null references public.users (id) on delete cascade,
    map_uid varchar(255) not null,
    map_name varchar(500) not null,
    current_position integer not null,
    personal_best integer not null,
    status varchar(20) default 'active' check (status in ('active', 'inactive')),
    is_active boolean default true,
    created_at timestamp default now(),
    updated_at timestamp default now(),
    last_checked timestamp default now(),
    unique (user_id, map_uid)
);

create table if not exists public.map_positions (
    id serial primary key,
    map_uid varchar(255) not null unique,
    position integer not null,
    score integer not null,
    last_checked timestamp default now(),
    created_at timestamp default now(),
    updated_at timestamp default now()
);

create table if not exists public.notification_history (
    id serial primary key,
    user_id integer not null references public.users (id) on delete cascade,
    username varchar(255) not null,
    notification_type varchar(20) not null check (notification_type in ('mapper_alert', 'driver_notification')),
    status varchar(20) not null check (status in ('sent', 'no_new_times', 'technical_error', 'processing')),
    message text,
    records_found integer default 0,
    processing_date date not null,
    created_at timestamp default now()
);

create table if not exists public.feedback (
    id serial primary key,
    user_id integer not null references public.users (id) on delete cascade,
    username varchar(255) not null,
    message text not null,
    type varchar(50) default 'general',
    created_at timestamp default now(),
    read_at timestamp
);

alter table public.feedback
    add column if not exists read_at timestamp;

create index if not exists idx_users_tm_account_id on public.users (tm_account_id);
create index if not exists idx_alerts_alert_type on public.alerts (alert_type);
create index if not exists idx_alerts_map_count on public.alerts (map_count);
create index if not exists idx_driver_notifications_map_uid on public.driver_notifications (map_uid);
create index if not exists idx_driver_notifications_status on public.driver_notifications (status) where status = 'active';
create index if not exists idx_driver_notifications_is_active on public.driver_notifications (is_active) where is_active = true;
create index if not exists idx_driver_notifications_last_checked on public.driver_notifications (last_checked);
create index if not exists idx_map_positions_last_checked on public.map_positions (last_checked);
create index if not exists idx_notification_history_user_id on public.notification_history (user_id);
create index if not exists idx_notification_history_processing_date on public.notification_history (processing_date);
create index if not exists idx_notification_history_type on public.notification_history (notification_type);
create index if not exists idx_notification_history_status on public.notification_history (status);
create index if not exists idx_feedback_created_at on public.feedback (created_at desc);
create index if not exists idx_feedback_user_id on public.feedback (user_id);

-- What this service keeps in tables of its own is put aside with all its rows and indexes, so that the names are free.
do $$
declare
    aside text;
begin
    foreach aside in array array['daily_emails', 'map_search_jobs'] loop
        if to_regclass('public.' || aside) is not null then
            create schema if not exists legacy;
            comment on schema legacy is 'Tables of an earlier system, as they were; nothing reads them.';
            execute format('alter table public.%I set schema legacy', aside);
        end if;
    end loop;
end
$$;

-- Caches; one holds upstream tokens in clear. Both are filled anew on demand.
drop table if exists public.api_tokens;
drop table if exists public.map_leaderboard_cache;
