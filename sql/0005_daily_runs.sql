-- The daily run: what each run does for each user and how far it is, what alerts have seen of their maps, the news and the mails.
-- Everything that must move together is here, whatever keeps sessions and searches.

alter table public.users
    add column time_zone text not null default 'UTC',
    add column mapper_mail boolean not null default true,
    add column driver_mail boolean not null default true;

comment on column public.users.time_zone is 'IANA name; moments in mails are written in it.';

-- What was driven before this is applied was told by the earlier system.
alter table public.alerts
    add column news_since timestamptz;

update public.alerts set news_since = greatest(created_at, now()) - interval '24 hours';

comment on column public.alerts.news_since is 'Records on a map that was not looked at yet are news from then on. Null: from 24 hours before the creation.';

alter table public.alert_maps
    add column map_name text,
    add column tmx_id bigint;

create index alert_maps_mapid_idx on public.alert_maps (mapid);

comment on column public.alert_maps.map_name is 'On Trackmania Exchange. Null: not known yet.';
comment on column public.alert_maps.tmx_id is 'Number on Trackmania Exchange. Null: not known yet.';

create table public.daily_runs (
    run_date date primary key,
    triggered_by text not null,
    started_at timestamptz not null
);

comment on column public.daily_runs.run_date is 'UTC date of what triggered the run.';

create table public.daily_checks (
    run_date date not null references public.daily_runs (run_date) on delete cascade,
    user_id bigint not null references public.users (id) on delete cascade,
    mapper_state text not null constraint daily_checks_mapper_state_check check (mapper_state in ('none', 'due', 'done', 'failed')),
    driver_state text not null constraint daily_checks_driver_state_check check (driver_state in ('none', 'due', 'done', 'failed')),
    mapper_summary text,
    driver_summary text,
    due_at timestamptz,
    retries integer not null default 0,
    fence bigint not null default 0,
    ended_at timestamptz,
    primary key (run_date, user_id)
);

create index daily_checks_due_at_idx on public.daily_checks (due_at, run_date, user_id) where due_at is not null;
create index daily_checks_user_id_idx on public.daily_checks (user_id, run_date);

comment on table public.daily_checks is 'What one run does for one user.';
comment on column public.daily_checks.due_at is 'By the database''s clock: when it is to be worked on, or a claim to it lapses. Null: it has ended.';
comment on column public.daily_checks.fence is 'Raised at each claim; a write that carries an older number changes nothing.';

create table public.daily_news (
    run_date date not null,
    user_id bigint not null,
    part text not null constraint daily_news_part_check check (part in ('mapper', 'driver')),
    map_uid text not null,
    place bigint generated always as identity,
    content text not null,
    primary key (run_date, user_id, part, map_uid),
    foreign key (run_date, user_id) references public.daily_checks (run_date, user_id) on delete cascade
);

comment on column public.daily_news.content is 'Document.';

create table public.map_watches (
    alert_id bigint not null references public.alerts (id) on delete cascade,
    map_uid text not null,
    newest bigint not null,
    seen text not null,
    best bigint[] not null,
    players integer,
    runs_since_read integer not null,
    last_run date not null,
    primary key (alert_id, map_uid)
);

comment on table public.map_watches is 'What an alert has seen of a map. A map that is gone from the site keeps its row, so that nothing is told twice when it comes back.';
comment on column public.map_watches.newest is 'Unix seconds: the newest record on any board that was evaluated.';
comment on column public.map_watches.seen is 'Document: the records of that second.';
comment on column public.map_watches.best is 'Milliseconds of the first five; -1 for a secret time.';
comment on column public.map_watches.players is 'Players with a record, as asked before the board was read. Null: unknown.';

alter table public.driver_notifications
    add column last_run date;

comment on column public.driver_notifications.last_run is 'The run that looked at it last.';
comment on column public.driver_notifications.current_position is 'World position when it was last seen; 101 when it is not on the board.';
comment on column public.driver_notifications.personal_best is 'Milliseconds, when position was seen. Null: the map''s author keeps times secret.';

create table public.daily_emails (
    run_date date not null references public.daily_runs (run_date) on delete cascade,
    user_id bigint not null references public.users (id) on delete cascade,
    subject text not null,
    body_text text not null,
    body_html text not null,
    mapper_maps integer,
    driver_changes integer,
    state text not null constraint daily_emails_state_check check (state in ('pending', 'sending', 'sent', 'failed', 'uncertain')),
    attempts integer not null default 0,
    due_at timestamptz,
    fence bigint not null default 0,
    reason text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (run_date, user_id)
);

create index daily_emails_due_at_idx on public.daily_emails (due_at) where due_at is not null;
create index daily_emails_user_id_idx on public.daily_emails (user_id);
create index daily_emails_unsent_idx on public.daily_emails (run_date desc, user_id) where state <> 'sent';

comment on table public.daily_emails is 'Outbox: at most one mail for each user and run.';
comment on column public.daily_emails.due_at is 'By the database''s clock: when to send it, or when a claim to send it lapses. Null: it is sent, given up, or nobody knows.';

-- Boards that more than one check of a run needs, as long as it runs.
create unlogged table public.daily_boards (
    run_date date not null references public.daily_runs (run_date) on delete cascade,
    map_uid text not null,
    read_at timestamptz not null,
    entries text not null,
    primary key (run_date, map_uid)
);

comment on column public.daily_boards.entries is 'Document.';

create table public.password_resets (
    user_id bigint primary key references public.users (id) on delete cascade,
    id uuid not null,
    noted_at timestamptz not null,
    due_at timestamptz,
    attempts integer not null default 0,
    fence bigint not null default 0,
    token_hash text constraint password_resets_token_hash_unique unique,
    expires_at timestamptz
);

create index password_resets_due_at_idx on public.password_resets (due_at) where due_at is not null;

comment on table public.password_resets is 'Wishes for a new password: at most one of each user, the latest. All its instants are of the database''s clock.';
comment on column public.password_resets.due_at is 'When to send its mail, or when a claim to send it lapses. Null: it is sent.';
comment on column public.password_resets.token_hash is 'SHA-256 of the token in the mail, hexadecimal; the token itself is kept nowhere. Null: no token is good.';
