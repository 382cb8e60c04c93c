"""What files leave open, asked at the terminal or answered with --answer."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from rich.console import Console

from salesops.cli.terminal import err, say
from salesops.foundations.problem import Refusal
from salesops.importers import Examination, Question

KEEP = "keep"  # how a question that need not be answered is left as it is


def answers_said(texts: Sequence[str]) -> dict[str, str]:
    """`QUESTION=CHOICE`, as typed after --answer, by question. Raises Refusal for anything else."""
    said = {}
    for text in texts:
        name, separator, choice = text.rpartition("=")
        if not (name and separator and choice):
            raise Refusal(f"“{text}” is not an answer. Write it as QUESTION=CHOICE.")
        said[name] = choice
    return said


def refuse_unasked(examination: Examination, said: Mapping[str, str]) -> None:
    """Refuse an answer to what nobody asked, and one that is no choice: both are slips of the pen."""
    asked = {q.id: q for q in examination.questions}
    places = [
        f":{file.signature}:{column.name}" for file in examination.files for column in file.columns
    ]
    for name, choice in said.items():
        question = asked.get(name)
        if question is None and not name.endswith(tuple(places)):
            known = " ".join(sorted(asked)) or "none"
            raise Refusal(f"These files ask nothing called “{name}”. Questions open: {known}.")
        if question is not None and choice not in [c.value for c in question.choices]:
            choices = ", ".join(c.value for c in question.choices)
            raise Refusal(f"“{choice}” is no answer to {name}. Choose one of {choices}.")


def ask_all(questions: Sequence[Question]) -> dict[str, str]:
    """Ask each question at the terminal; returns what was chosen."""
    console = err()
    return {q.id: _ask(console, q) for q in questions}


def show_all(console: Console, questions: Sequence[Question]) -> None:
    """Each question with its choices, and how each choice is said on the command line."""
    for question in questions:
        say(console, f"\n{question.sentence}", style="bold")
        for choice in question.choices:
            say(console, choice.label, indent=2)
            said = shlex.quote(f"{question.id}={choice.value}")
            console.print(f"      --answer {said}", style="dim", soft_wrap=True, markup=False)


def how_to_answer(questions: Sequence[Question]) -> str:
    """What to run again, with the shorter way where dates alone are asked."""
    again = "Run it again with an --answer to each question."
    if all(q.id.startswith("date_order:") for q in questions):
        return f"{again} Are all dates alike, --date-format day-first or month-first is enough."
    return again


def _ask(console: Console, question: Question) -> str:
    say(console, f"\n{question.sentence}", style="bold")
    for place, choice in enumerate(question.choices, 1):
        say(console, f"{place}  {choice.label}", indent=2)
    numbers = [str(place) for place in range(1, len(question.choices) + 1)]
    leave = "" if question.must_answer else ", Enter to leave it open"
    while True:
        typed = console.input(f"{' or '.join(numbers)}{leave}? ").strip()
        if typed in numbers:
            return question.choices[int(typed) - 1].value
        if not typed and not question.must_answer:
            return KEEP
        say(console, f"Please type {' or '.join(numbers)}.")
