-- Wishes for a new password are kept by address, whether a user has it or not, so that noting one is the same write for all.

alter table public.password_resets
    add column email_key text collate "C";

update public.password_resets r set email_key = u.email_key from public.users u where u.id = r.user_id;

-- The key and the reference to the user go with the column.
alter table public.password_resets
    drop column user_id;

alter table public.password_resets
    add constraint password_resets_pkey primary key (email_key);

comment on table public.password_resets is 'Wishes for a new password: at most one for each address, the latest, whether a user has the address or not. All its instants are of the database''s clock.';
comment on column public.password_resets.email_key is 'As public.text_key makes it of the address.';
comment on column public.password_resets.token_hash is 'SHA-256 of the token in the last mail, hexadecimal; the token itself is kept nowhere. It stays good while a later wish waits for its mail. Null: no token is good.';
