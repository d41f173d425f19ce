"""The commands. Each reads its arguments, imports the modules that it needs, and exits with a code."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ._arguments import Assignments, Name, On, Precision, Tolerance, numeric
from ._completion import design_names, potential_kinds, result_names, scenario_names, sweep_names
from ._exit import DONE, exit_on_error, print_data, say
from ._film_options import FilmOptions, with_film_options
from ._libraries import start_jax
from ._streams import columns

_FILM = FilmOptions()

app = typer.Typer(
    name="wavesim",
    help="Simulate a quantum particle from a scenario file; get numbers with error bars, a picture and a movie.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done and as expected; 1 done, an expectation not met; 2 bad input, nothing was run; 3 the run failed; "
    "4 the numbers are there, but a picture, a movie or a file that was asked for is missing; "
    "130, 143 stopped by Ctrl-C or SIGTERM: what was done is kept.",
)


def main() -> None:
    """Entry point of the ``wavesim`` command."""
    app()


def _version(requested: bool) -> None:
    if requested:
        from .._version import __version__

        print_data(f"wavesim {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        # a request for help is no error
        print_data(context.get_help())


@app.command("list")
def list_scenarios(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help="Only what speaks of it, as in: wavesim list well.")
    ] = "",
) -> None:
    """List the shipped scenarios, sweeps and designs by topic, and the outcome of the last run of each."""
    with exit_on_error():
        from .verbs._catalogue import catalogue

        print_data(catalogue(Path("results"), word, columns()))


@app.command()
def show(name: Name) -> None:
    """Print a scenario file, to read or to start a new one from."""
    with exit_on_error():
        from .verbs._browse import text_of

        print_data(text_of(name), end="")


@app.command()
def check(name: Name, set_: Assignments = None, tolerance: Tolerance = None, device: On = None) -> None:
    """Check a scenario or a sweep and print how it would be solved, and why; nothing is run."""
    with exit_on_error():
        start_jax(device and device.value)
        from .._amounts import amounts_in
        from ..scenario import load_scenario
        from .verbs._browse import check_text, design_plan_text, is_design, is_sweep
        from .verbs._run import overridden

        if is_sweep(name):
            from ..sweeps import Sweep, check as check_sweep

            print_data(str(check_sweep(Sweep.read(name, set_ or (), tolerance))))
            return
        if is_design(name):
            print_data(design_plan_text(name, set_ or []))
            return
        scenario = overridden(load_scenario(name, set_ or ()), tolerance, None)
        with amounts_in(lambda: scenario.units):
            print_data(check_text(scenario))


@app.command()
@with_film_options
def run(
    name: Name,
    set_: Assignments = None,
    tolerance: Tolerance = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where to write; by default results/NAME, or results/NAME--CHANGES after --set."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print report.json on standard output.")] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Write the numbers and the curves as CSV too: numbers.csv, curves.csv.")
    ] = False,
    no_movie: Annotated[bool, typer.Option("--no-movie", help="Make no movie.")] = False,
    film: FilmOptions = _FILM,
    device: On = None,
    precision: Annotated[
        Precision | None, typer.Option(help="`single` is faster, but only accurate enough for pictures.")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Compute the main number by independent methods too; exit code 1 if they disagree."
        ),
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Print the derivative of the main number by every value of the scenario."),
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open summary.png when it is done.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print numbers and warnings only.")] = False,
) -> None:
    """Run a scenario: numbers with error bars beside theory, a picture, a movie."""
    with exit_on_error():
        start_jax(device and device.value)
        from .._amounts import amounts_in
        from ..scenario import folder_name, load_scenario
        from ._viewer import show_picture
        from .verbs._cases import run_cases
        from .verbs._run import introduce, overridden, run as run_one

        film.refuse_bad()
        scenario = overridden(load_scenario(name, set_ or ()), tolerance, precision and precision.value)
        run_scenario = run_cases if scenario.cases else run_one
        folder = out if out is not None else Path("results") / folder_name(scenario)
        # the question refers to the numbers in the file
        introduce(scenario.title, "" if scenario.changes else scenario.question, folder, tolerance, quiet)
        started = time.time()
        with amounts_in(lambda: scenario.units):
            code = run_scenario(
                scenario,
                folder,
                film=None if no_movie else film,
                print_json=json,
                quiet=quiet,
                verify=verify,
                sensitivity=sensitivity,
                csv=csv,
            )
        if open_:
            show_picture(folder / "summary.png", started)
        raise typer.Exit(code)


@app.command()
def new(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]",
            help="A kind of potential, such as gaussian_barrier.",
            autocompletion=potential_kinds,
        ),
    ] = "rectangular_barrier",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write; by default KIND.toml.")] = None,
) -> None:
    """Write a commented scenario of your own, which runs as it is."""
    with exit_on_error():
        from .verbs._new import new_file

        print_data(new_file(kind, out))


@app.command()
def compare(
    results: Annotated[
        list[str],
        typer.Argument(metavar="A B ...", help="Results: folders, report.json files, or names under results/."),
    ],
) -> None:
    """Print the numbers of several results side by side, and how far apart they are in error bars."""
    with exit_on_error():
        from .verbs._compare import comparison

        print_data(comparison(results))


@app.command()
def sweep(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A shipped sweep or a .toml file.", autocompletion=sweep_names)
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write; by default results/NAME. An existing folder is resumed."),
    ] = None,
    workers: Annotated[
        int | None,
        numeric(
            "--workers",
            "4",
            metavar="N",
            help="Use N processes of one thread each; by default one for each core where that pays.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Use the workers of a Dask scheduler, as in tcp://host:8786.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Show progress and exit.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write DIR/sweep.csv as well.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write DIR/sweep.parquet as well.")] = False,
    movie: Annotated[bool, typer.Option("--movie", help="Make a movie of some rows side by side.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a summary for scripts on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the summary only.")] = False,
    set_: Assignments = None,
    tolerance: Tolerance = None,
    device: On = None,
) -> None:
    """Run a scenario for many parameters: one table with error bars, resumable, on this machine or on a cluster.

    Exit codes: 0 every row is good; 1 some rows missed the tolerance, or theory, or failed; 2 bad input; 3 it broke off (a full disk, a lost
    scheduler); 4 the rows are there, but a file that was asked for is missing; 130, 143 stopped by Ctrl-C or SIGTERM. What was done is kept.
    """
    with exit_on_error():
        # the workers compute; this process only keeps the table
        start_jax("cpu" if status else device and device.value)
        from ..sweeps import Sweep
        from .verbs._sweep import SweepOutputs, run_sweep, show_status

        spec = Sweep.read(name, set_ or (), tolerance)
        folder = out if out is not None else Path("results") / Path(name).stem
        if status:
            print_data(show_status(spec, folder, json))
            return
        if not quiet:
            say(spec.title)
        raise typer.Exit(
            run_sweep(
                spec, folder, SweepOutputs(csv, parquet, movie, json, quiet), workers=workers, scheduler=scheduler
            )
        )


@app.command()
def design(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A shipped design or a .toml file with a table \\[design].",
            autocompletion=design_names,
        ),
    ],
    set_: Assignments = None,
    tolerance: Tolerance = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; by default results/NAME.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print design.json on standard output.")] = False,
    device: On = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print numbers and warnings only.")] = False,
) -> None:
    """Find the parameters with which a problem reaches its targets, and certify the numbers there.

    Exit codes: 0 every target is reached; 1 the nearest is given; 2 bad input, nothing was searched.
    """
    with exit_on_error():
        start_jax(device and device.value)
        from ..scenario import load_design
        from .verbs._design import run_design
        from .verbs._run import introduce

        spec = load_design(name, set_ or ())
        folder = out if out is not None else Path("results") / spec.scenario.name
        introduce(spec.scenario.title, spec.scenario.question, folder, tolerance, quiet)
        raise typer.Exit(run_design(spec, folder, tolerance=tolerance, print_json=json, quiet=quiet))


@app.command()
def theory(
    name: Name,
    set_: Assignments = None,
    json: Annotated[bool, typer.Option("--json", help="For scripts, with the curves of theory.")] = False,
    states: Annotated[
        str | None,
        typer.Option(
            metavar="ENERGY",
            help="Instead: draw the scattering states of this energy, '0.1 eV', and the local density of states.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The picture of --states; by default results/NAME/states.png.")
    ] = None,
) -> None:
    """Print what theory predicts for a scenario, without propagating."""
    with exit_on_error():
        start_jax("cpu")
        from .._amounts import amounts_in
        from ..scenario import load_scenario

        scenario = load_scenario(name, set_ or ())
        with amounts_in(lambda: scenario.units):
            if states is not None:
                from .verbs._states import draw_states, states_json

                print_data(states_json(scenario, states) if json else draw_states(scenario, states, out))
                return
            from .verbs._theory import theory_json, theory_text

            print_data((theory_json if json else theory_text)(scenario))


@app.command()
@with_film_options
def animate(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="A result.nc of an earlier run, its folder, or a name under results/; a folder of cases shows them side by side.",
            autocompletion=result_names,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The movie: .mp4, .webm or .gif, or .png for single pictures with a transparent ground; by default movie.mp4 beside the result.",
        ),
    ] = None,
    film: FilmOptions = _FILM,
    quiet: Annotated[bool, typer.Option("--quiet", help="Hide progress messages.")] = False,
) -> None:
    """Make a movie of an earlier run."""
    with exit_on_error():
        start_jax("cpu")
        from ._film import movie_of, records_of

        records = records_of(result)
        target = out or records[0].with_name(film.name)
        print_data(movie_of(records, target, film, quiet=quiet))


@app.command()
def explore(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE|LINK",
            help="A shipped scenario, a .toml file, or a link that somebody sent ('#s=...').",
            autocompletion=scenario_names,
        ),
    ] = "rectangular_barrier",
    port: Annotated[int, numeric("--port", "8000", within=(0, 65535), help="0 for any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link only.")] = False,
) -> None:
    """Open a live page: drag the barrier and see the wave tunnel. Served to this machine alone, until Ctrl-C."""
    with exit_on_error():
        # the link takes seconds: jax, the scenario's plan and the packages that draw pages are loaded first
        say("wavesim explore: starting; the link follows.")
        start_jax("cpu")
        from ..explorer import explore as serve

        serve(name, port, not no_browser, print_data)


@app.command()
def doctor() -> None:
    """Show what wavesim runs on, and check that it computes right."""
    with exit_on_error():
        start_jax()
        from .verbs._doctor import examine

        text, sound = examine()
        print_data(text)
        raise typer.Exit(DONE if sound else 1)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files."""
    with exit_on_error():
        import json

        from ..scenario import json_schema

        print_data(json.dumps(json_schema(), indent=1))
