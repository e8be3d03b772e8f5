"""Lines of drafts are found by blocks of pages: a key for each was two thirds of what writing them took."""

from django.db import migrations

# Keys of a shard's lines come from one reserved range and are written in order, so that a block of pages has a narrow
# range of them. Pages that nobody has summed up yet are read by everybody; each COPY sums up what came before it. Only
# the owner may do that, and where the database's own cleaner is at it, that does the same.
BY_BLOCK = """
alter table billing_billdraftline drop constraint billing_billdraftline_pkey;
create index draft_lines_by_block on billing_billdraftline using brin (id) with (pages_per_range = 32);

create function billing_sum_up_draft_lines() returns trigger
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '20ms' as $$
begin
    perform brin_summarize_new_values('draft_lines_by_block');
    return null;
exception when lock_not_available then
    return null;
end $$;

create trigger draft_lines_summed_up before insert on billing_billdraftline
for each statement execute function billing_sum_up_draft_lines();
"""
BY_KEY = """
drop trigger draft_lines_summed_up on billing_billdraftline;
drop function billing_sum_up_draft_lines();
drop index draft_lines_by_block;
alter table billing_billdraftline add primary key (id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0018_review_parameter_proposals"),
    ]

    operations = [
        migrations.RunSQL(BY_BLOCK, BY_KEY),
    ]
