"""Every morning: crawl each source in a task of its own, analyse, fail where too few answered.

The tasks run the command line of Airflow's own environment, with Airflow's run id as the run's
name: a task that is tried or cleared again goes on where it ended, and stores nothing twice. The
gate comes last because a run's state is its last task's: a day on which every source failed would
be green without it.
"""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import dag, task

KIEMCHUNG = str(Path(sys.executable).with_name("kiemchung"))
RUN = "{{ run_id }}"
START = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TASKS = {
    "retries": 2,  # a killed worker costs one
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": 2.0,  # True would be 1.0
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=1),
}


@task
def list_sources() -> list[str]:
    """Name the sources that are switched on."""
    return list(json.loads(subprocess.check_output([KIEMCHUNG, "sources", "--names"])))


@task(map_index_template="{{ task.op_kwargs['source'] }}")
def crawl(source: str, run: str) -> None:
    """Fetch what is new or due of one source; fails where its listing can't be read."""
    subprocess.check_call([KIEMCHUNG, "crawl", f"--source={source}", f"--run={run}", "--due"])


@task(trigger_rule="all_done")
def analyse() -> None:
    """Analyse what came, whichever sources failed."""
    subprocess.check_call([KIEMCHUNG, "analyse"])


@task
def enough_sources(run: str) -> None:
    """Fail, naming the silent ones, where fewer than half of the sources answered."""
    subprocess.check_call([KIEMCHUNG, "sources", "answered", f"--run={run}", "--least=0.5"])


@dag(schedule="0 5 * * *", start_date=START, catchup=False, max_active_runs=1, default_args=TASKS)
def crawl_sources() -> None:
    """Crawl what is switched on, analyse it, and see whether enough answered."""
    crawl.partial(run=RUN).expand(source=list_sources()) >> analyse() >> enough_sources(run=RUN)


crawl_sources()
