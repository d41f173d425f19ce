"""A sweep on a SLURM cluster, with the jobs that dask-jobqueue submits as its workers.

    pip install 'wavesim[cluster]' dask-jobqueue
    python sweeps_on_slurm.py transmission_map results/map --jobs 20 --queue short --account physics

This process hands out chunks of rows and writes the answers; it needs little, but has to live until the end: start it inside tmux, or as a
job of its own. If it ends all the same, or the time of the jobs runs out, run the same command again: it goes on where it was.
Look at it from anywhere with ``wavesim sweep transmission_map --out results/map --status``.
"""

from __future__ import annotations

import argparse

import jax
from dask_jobqueue import SLURMCluster

import wavesim as ws

# What a job does before its workers start: load modules here if your cluster needs them. One thread for each worker process,
# for workers on one node would otherwise wait for one another.
PROLOGUE = [
    "export NPROC=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1",
    "export XLA_FLAGS=--xla_cpu_multi_thread_eigen=false",
]


def main() -> None:
    """Submit jobs, sweep, and end them."""
    parser = argparse.ArgumentParser(description="A wavesim sweep on SLURM.")
    parser.add_argument("sweep", help="a shipped sweep or a .toml file")
    parser.add_argument("out", help="the folder of the store")
    parser.add_argument("--jobs", type=int, default=4, help="jobs in the queue")
    parser.add_argument("--cores", type=int, default=16, help="cores of a job; each is one worker process")
    parser.add_argument("--memory", default="32GB", help="memory of a job")
    parser.add_argument("--walltime", default="02:00:00", help="time of a job; one that ends early is submitted again")
    parser.add_argument("--queue", help="the partition")
    parser.add_argument("--account")
    given = parser.parse_args()
    jax.config.update("jax_enable_x64", True)

    with SLURMCluster(
        cores=given.cores,
        processes=given.cores,
        memory=given.memory,
        walltime=given.walltime,
        queue=given.queue,
        account=given.account,
        job_script_prologue=PROLOGUE,
        scheduler_options={"dashboard_address": None},
    ) as cluster:
        # between these two numbers: jobs whose time runs out are replaced, and at the end none is left
        cluster.adapt(minimum_jobs=1, maximum_jobs=given.jobs)
        table = ws.sweep(given.sweep, out=given.out, scheduler=cluster.scheduler_address, progress=True)
    print(table)


if __name__ == "__main__":
    main()
