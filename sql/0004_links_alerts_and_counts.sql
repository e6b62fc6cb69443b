-- Who a user is elsewhere, once each; what the routes of alerts, notifications, history and feedback need. Names and
-- addresses are read from the user: copies of them were never renewed.

update public.users
set tm_account_id = nullif(lower(trim(tm_account_id)), ''), tm_username = nullif(tm_username, '')
where tm_account_id is distinct from nullif(lower(trim(tm_account_id)), '') or tm_username = '';

alter table public.users
    add column tmx_user_id bigint,
    add column former_username text,
    add column former_name_key text collate "C" generated always as (public.text_key(former_username)) stored;

alter table public.users
    add constraint users_tm_account_id_unique unique (tm_account_id),
    add constraint users_tmx_user_id_unique unique (tmx_user_id),
    add constraint users_former_name_key_unique unique (former_name_key);

drop index if exists public.idx_users_tm_account_id;

comment on column public.users.tm_account_id is 'Account id of Trackmania, a UUID in lower case.';
comment on column public.users.tmx_user_id is 'User of Trackmania Exchange whose name this user bears; null until it was looked up.';
comment on column public.users.former_username is 'Name before it was made that of the user of Trackmania Exchange; good for signing in.';

-- Every alert that exists is counted anew, which also fills in the maps that it watches.
alter table public.alerts
    drop column username,
    drop column email,
    add column count_state text not null default 'counting' constraint alerts_count_state_check check (count_state in ('counting', 'counted', 'failed')),
    add column counted_at timestamptz,
    add column count_due_at timestamptz default now(),
    add column count_attempt integer not null default 0,
    add column count_fence bigint not null default 0;

alter table public.alerts
    alter column count_state drop default,
    alter column count_due_at drop default;

drop index if exists public.idx_alerts_alert_type;
drop index if exists public.idx_alerts_map_count;
create index alerts_count_due_at_idx on public.alerts (count_due_at) where count_due_at is not null;

comment on column public.alerts.count_due_at is 'By the database''s clock: when the maps are to be counted, or a claim to count them lapses. Null: they are counted, or given up.';
comment on column public.alerts.count_fence is 'Raised at each claim and whenever a count becomes due; a write that carries an older number changes nothing.';

alter table public.alert_maps
    add column place integer not null default 0;

alter table public.alert_maps
    alter column place drop default;

comment on table public.alert_maps is 'Maps that an alert watches.';
comment on column public.alert_maps.place is 'From 0, the newest upload first.';

alter table public.driver_notifications
    drop column is_active,
    add column account_id uuid,
    alter column personal_best type bigint,
    alter column personal_best drop not null;

-- Hidden times were kept as upstream marks them.
update public.driver_notifications set personal_best = null where personal_best < 0;

update public.driver_notifications n
set account_id = u.tm_account_id::uuid
from public.users u
where u.id = n.user_id and u.tm_account_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

drop index if exists public.idx_driver_notifications_status;
drop index if exists public.idx_driver_notifications_last_checked;
create index driver_notifications_user_id_created_at_idx on public.driver_notifications (user_id, created_at desc, id desc);

comment on column public.driver_notifications.account_id is 'Account of Trackmania whose record is watched. Null: of an earlier system, whose user had none.';
comment on column public.driver_notifications.personal_best is 'Milliseconds, when position was seen. Null: the map''s author keeps times secret.';

alter table public.notification_history
    drop column username;

drop index if exists public.idx_notification_history_user_id;
drop index if exists public.idx_notification_history_processing_date;
drop index if exists public.idx_notification_history_type;
drop index if exists public.idx_notification_history_status;
create index notification_history_user_id_processing_date_idx on public.notification_history (user_id, processing_date desc, id);
create index notification_history_processing_date_idx on public.notification_history (processing_date desc, id);
create index notification_history_sent_alerts_idx on public.notification_history (id) where notification_type = 'mapper_alert' and status = 'sent';

-- Whoever is limited may be forgotten, with whatever else a key holds. Instances of the version before, which still run while this
-- is applied, know no owner.
alter table public.rate_limit_windows
    add column owner bytea;

create index rate_limit_windows_owner_idx on public.rate_limit_windows (owner);

comment on column public.rate_limit_windows.owner is 'SHA-256 of the first line of the key; null in what an earlier version wrote, for minutes.';

alter table public.feedback
    drop column username;

drop index if exists public.idx_feedback_created_at;
drop index if exists public.idx_feedback_user_id;
create index feedback_created_at_idx on public.feedback (created_at desc, id desc);
create index feedback_user_id_idx on public.feedback (user_id);
create index feedback_unread_idx on public.feedback (user_id) where read_at is null;
