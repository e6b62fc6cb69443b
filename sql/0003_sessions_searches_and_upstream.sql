-- Clocks: columns named *_at hold instants given by the service. lease_until, due_at, next_at, interactive_until and
-- renewing_until are set and compared by the database's own clock, so that no instance's clock matters to them.

create table public.sessions (
    user_id bigint not null,
    id uuid not null,
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    counter bigint not null,
    user_agent text not null,
    ip_address text not null,
    constraint sessions_pkey primary key (user_id, id)
) with (fillfactor = 80);

create index sessions_expires_at_idx on public.sessions (expires_at);

comment on column public.sessions.counter is 'Rotations of the refresh token so far; the current token carries the same number.';
comment on column public.sessions.expires_at is 'From this instant on the session is gone unless it is refreshed before.';

-- Searches are found with their owner only. There is no reference to users: each area may live in another store.
create table public.map_searches (
    user_id bigint not null,
    id uuid not null,
    mapper text not null,
    period text not null,
    created_at timestamptz not null,
    state text not null constraint map_searches_state_check check (state in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    phase text not null constraint map_searches_phase_check check (phase in ('queued', 'listing-maps', 'reading-leaderboards', 'resolving-names', 'finished')),
    version bigint not null,
    fence bigint not null,
    attempt integer not null,
    updated_at timestamptz not null,
    maps_total integer,
    maps_done integer not null,
    maps_failed integer not null,
    records_found bigint not null,
    failure text,
    reading_since timestamptz,
    maps_done_at_claim integer not null,
    lease_until timestamptz,
    due_at timestamptz,
    delivery bigint not null default 0,
    is_delivered boolean not null default false,
    constraint map_searches_pkey primary key (user_id, id)
) with (fillfactor = 70);

-- The queue. Only unfinished searches have a due time, so it stays as small as the work that waits.
create index map_searches_due_at_idx on public.map_searches (due_at, is_delivered) where due_at is not null;
create index map_searches_user_id_created_at_idx on public.map_searches (user_id, created_at desc, id desc);
create index map_searches_unfinished_idx on public.map_searches (user_id) where state in ('pending', 'processing');
create index map_searches_finished_idx on public.map_searches (updated_at) where state in ('completed', 'failed', 'cancelled');

comment on column public.map_searches.fence is 'Raised at each claim; a write that carries an older number changes nothing.';
comment on column public.map_searches.version is 'Grows with every change that a reader can see.';
comment on column public.map_searches.due_at is 'When the queue delivers the search, for the first time or again; null when it needs no delivery.';
comment on column public.map_searches.delivery is 'Number of deliveries so far; names the latest one.';
comment on column public.map_searches.is_delivered is 'A delivery is out; due_at is then when it counts as lost.';

-- One row a map, in a JSON document that only this service reads. json, not jsonb: it keeps every text exactly.
create table public.map_search_rows (
    user_id bigint not null,
    search_id uuid not null,
    index integer not null,
    content json not null,
    constraint map_search_rows_pkey primary key (user_id, search_id, index),
    constraint map_search_rows_search_fkey foreign key (user_id, search_id) references public.map_searches (user_id, id) on delete cascade
);

create table public.map_search_names (
    user_id bigint not null,
    search_id uuid not null,
    account_id uuid not null,
    name text not null,
    constraint map_search_names_pkey primary key (user_id, search_id, account_id),
    constraint map_search_names_search_fkey foreign key (user_id, search_id) references public.map_searches (user_id, id) on delete cascade
);

create table public.rate_limit_windows (
    limit_name text not null,
    key bytea not null,
    taken timestamptz[] not null,
    was_allowed boolean not null,
    expires_at timestamptz not null,
    constraint rate_limit_windows_pkey primary key (limit_name, key)
) with (fillfactor = 80);

create index rate_limit_windows_expires_at_idx on public.rate_limit_windows (expires_at);

comment on column public.rate_limit_windows.key is 'SHA-256 of who is limited, so that no address or name lies here in clear.';
comment on column public.rate_limit_windows.taken is 'The allowed calls that are still inside the window, oldest first.';

create table public.upstream_slots (
    host text not null constraint upstream_slots_pkey primary key,
    next_at timestamptz not null,
    interactive_until timestamptz not null
) with (fillfactor = 50);

comment on column public.upstream_slots.next_at is 'No request before this instant.';
comment on column public.upstream_slots.interactive_until is 'Until this instant the next slot is kept for callers for whose answer somebody waits.';

create table public.upstream_tokens (
    kind text not null constraint upstream_tokens_pkey primary key,
    access_token text,
    refresh_after timestamptz,
    expires_at timestamptz,
    refresh_token text,
    refresh_expires_at timestamptz,
    renewal bigint not null default 0,
    renewing_until timestamptz,
    constraint upstream_tokens_whole_check check ((access_token is null) = (refresh_after is null) and (access_token is null) = (expires_at is null))
);

-- Caches: unlogged, since a crash of the server may cost upstream requests but never anything that matters.
create unlogged table public.leaderboards (
    map_uid text not null constraint leaderboards_pkey primary key,
    read_at timestamptz not null,
    saved_at timestamptz not null,
    entries json not null
);

create index leaderboards_saved_at_idx on public.leaderboards (saved_at);

create unlogged table public.mapper_walks (
    mapper_key text not null constraint mapper_walks_pkey primary key,
    started_at timestamptz not null,
    last_read_at timestamptz not null,
    saved_at timestamptz not null
);

create index mapper_walks_saved_at_idx on public.mapper_walks (saved_at);
