-- Of a board that several checks of a run need, one is the reader, and the others wait for what it reads.

alter table public.daily_boards
    alter column read_at drop not null,
    alter column entries drop not null,
    add column reader_id bigint,
    add column reader_fence bigint;

comment on column public.daily_boards.entries is 'Document. Null: it is being read.';
comment on column public.daily_boards.reader_id is 'User whose check reads the board.';
comment on column public.daily_boards.reader_fence is 'The claim to that check; when it has ended, another may read.';
