-- Of a board that several checks of a run need, one is the reader, and the others wait for what it reads. While nobody takes
-- mails, one of them finds out from time to time, and the others wait for it.

alter table public.daily_boards
    alter column read_at drop not null,
    alter column entries drop not null,
    add column reader_id bigint,
    add column reader_fence bigint,
    add column failed_until timestamptz;

comment on column public.daily_boards.entries is 'Document. Null: it is being read, or could not be.';
comment on column public.daily_boards.reader_id is 'User whose check reads the board.';
comment on column public.daily_boards.reader_fence is 'The claim to that check; when it has ended, another may read.';
comment on column public.daily_boards.failed_until is 'By the database''s clock: until then nobody asks for a board that could not be read.';

alter table public.daily_emails
    add column rest_until timestamptz;

create index daily_emails_rest_until_idx on public.daily_emails (rest_until) where rest_until is not null;

comment on column public.daily_emails.rest_until is 'By the database''s clock: until then no mail is sent, since this one met a service that takes none.';
