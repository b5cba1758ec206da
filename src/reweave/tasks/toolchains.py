"""How programs of other languages are run: which tools, which commands, and where the line at the end goes.

Each language's tests are made to print a token when they are through, so that a program that exits early does
not pass: behind the tests where they are statements, else from a ``main`` of ours that calls theirs.
"""

from dataclasses import replace

from reweave.tasks.judges.command import Toolchain

_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "-Xss64m")

JAVASCRIPT = Toolchain(
    language="JavaScript",
    file="program.js",
    steps=(("{home}/node", "--stack-size=4000", "-r", "./assertions.js", "program.js"),),
    tools=("node",),
    install="apt-get install nodejs",
    after=";console.log('\\n{token}');\n",
    # console.assert prints, and goes on
    files=(
        (
            "assertions.js",
            "console.assert = (held, ...said) => { if (!held) throw new Error('failed ' + said) };\n",
        ),
    ),
)

CPP = Toolchain(
    language="C++",
    file="program.cpp",
    steps=(("{home}/g++", "-std=c++17", "-O0", "-w", "program.cpp", "-o", "program"), ("./program",)),
    tools=("g++",),
    install="apt-get install g++",
    rename=("int main()", "int reweave_tests()"),
    after=(
        "\n#include <cstdio>\n#undef main\n"
        'int main() { reweave_tests(); std::printf("\\n{token}\\n"); return 0; }\n'
    ),
)

_LIBRARIES = {"<openssl/": "-lcrypto"}  # by header


def cpp(program: str) -> Toolchain:
    """Give C++'s, linked with what the headers that a program begins with stand for."""
    linked = tuple(flag for header, flag in _LIBRARIES.items() if header in program)
    return replace(CPP, steps=((*CPP.steps[0], *linked), *CPP.steps[1:])) if linked else CPP


def java(main: str) -> Toolchain:
    """Give Java's, for tests in the class ``main``, with the tuples that MultiPL-E's prompts import."""
    return Toolchain(
        language="Java",
        file="Main.java",
        steps=(
            ("{home}/javac", *(f"-J{flag}" for flag in _JAVA), "-nowarn", "Main.java", "Reweave.java"),
            ("{home}/java", *_JAVA, "-ea", "Reweave"),
        ),
        tools=("javac", "java"),
        install="a JDK whose settings lie below /usr too, such as Temurin's packages; Debian's lie in /etc",
        files=(
            ("Reweave.java", _RUN.replace("CLASS", main)),
            *((f"org/javatuples/{name}.java", _tuple(name, size)) for size, name in enumerate(_TUPLES, 1)),
        ),
    )


_RUN = (
    "public class Reweave { public static void main(String[] arguments) throws Throwable {"
    ' CLASS.main(arguments); System.out.println("\\n{token}"); } }\n'
)

_TUPLES = ("Unit", "Pair", "Triplet", "Quartet", "Quintet", "Sextet", "Septet", "Octet", "Ennead", "Decade")


def _tuple(name: str, size: int) -> str:
    """Give a class of org.javatuples as far as the benchmark uses it: a record with its own accessors."""
    kinds = ", ".join(f"T{i}" for i in range(size))
    fields = ", ".join(f"T{i} v{i}" for i in range(size))
    values = ", ".join(f"v{i}" for i in range(size))
    getters = " ".join(f"public T{i} getValue{i}() {{ return v{i}; }}" for i in range(size))
    return (
        f"package org.javatuples; public record {name}<{kinds}>({fields}) {{"
        f" public static <{kinds}> {name}<{kinds}> with({fields}) {{ return new {name}<{kinds}>({values}); }}"
        f" {getters} }}\n"
    )


def without_runner(language: str) -> Toolchain:
    """Give the toolchain of a language whose programs are read, and not run yet."""
    return Toolchain(language=language, file="", steps=(), tools=(), install=f"{language} has no runner yet")
