from __future__ import annotations

from enum import StrEnum

import click

from sammot import bootstrap
from sammot.errors import SamMotError
from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobState
from sammot.settings import Settings

_PAGE = 200


def _one_of(words: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


@click.group("jobs", invoke_without_command=True)
@click.option("--state", type=_one_of(JobState), help="Those in this state only.")
@click.option("--kind", type=_one_of(JobKind), help="Those of this kind only.")
@click.option("--limit", type=click.IntRange(1), default=50, help="How many at most (50).")
@click.option("--user", default="local", help="Whose they are (local: of a service for one).")
@click.pass_context
def command(
    context: click.Context, state: str | None, kind: str | None, limit: int, user: str
) -> None:
    """List the jobs, newest first, with the reason of each attempt that failed."""
    context.obj = user
    if context.invoked_subcommand:
        return
    wanted = JobState(state) if state else None, JobKind(kind) if kind else None
    jobs, cursor = bootstrap.service(Settings()).jobs, None
    while limit > 0:
        query = JobQuery(user, *wanted, limit=min(limit, _PAGE), cursor=cursor)
        page = jobs.list(query)
        for job in page.items:
            _show(job)
        limit -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


@command.command("retry")
@click.argument("job_ids", metavar="ID...", nargs=-1, required=True)
@click.pass_obj
def retry(user: str, job_ids: tuple[str, ...]) -> None:
    """Queue failed or cancelled jobs again; each goes on from its last chunk."""
    jobs = bootstrap.service(Settings()).jobs
    refused = 0
    for job_id in job_ids:
        try:
            _show(jobs.retry(user, job_id))
        except SamMotError as error:
            click.echo(f"{job_id}: {error}", err=True)
            refused += 1
    if refused:
        raise click.ClickException(f"{refused} of {len(job_ids)} could not be queued again.")


def _show(job: Job) -> None:
    created = job.created_at.isoformat(timespec="seconds")
    done = f"{job.frames_ready} of {job.frame_count} frames" if job.kind is JobKind.TRACK else ""
    click.echo(f"{job.id}  {job.kind}  {job.state}  {created}  {done}".rstrip())
    for failure in job.failures:
        at = failure.at.isoformat(timespec="seconds")
        click.echo(f"    attempt {failure.attempt}  {at}  {failure.reason}")
