"""What prompts may tell of a project: what git says and lists, what stands in files, and no secret."""

import os
from pathlib import Path

import pytest

from tests.workspace.project import Project
from tmtui.domain.hook import Hook
from tmtui.domain.plan import Task
from tmtui.events.attempt import AttemptCheckpointed
from tmtui.prompts.context import Context, FileText, PromptContext
from tmtui.workspace.context import STATUS_LINES, Surroundings, fits_any, is_told
from tmtui.workspace.languages import main_language
from tmtui.workspace.secret_files import looks_secret


ALL = PromptContext(include_file_contents=True)
CLEAN = "On branch main\nNothing has changed since the last commit"


async def looked(project: Project, wishes: PromptContext = ALL, path: str = "", root: str = ".") -> Context:
    workspace = await project.open(root)
    checkpoint = await workspace.checkpoint("run", "a", 1)
    surroundings = Surroundings(project.root / root, wishes, workspace)
    return await surroundings.look(Task(id="a", title="a", path=path), checkpoint)


async def test_a_prompt_is_told_the_branch_and_what_has_changed_since_the_last_commit(project: Project) -> None:
    assert (await looked(project)).git_status == CLEAN
    project.write("src/app.py", "other\n")
    project.write("src/new.py", "new\n")
    (project.root / "README").unlink()
    project.git("add", "src/new.py")
    assert (await looked(project)).git_status.split("\n") == [
        "On branch main",
        "deleted: README",
        "modified: src/app.py",
        "added: src/new.py",
    ]


async def test_many_changes_are_named_in_part_and_counted(project: Project) -> None:
    for number in range(STATUS_LINES + 7):
        project.write(f"new/{number}.txt", "x")
    status = (await looked(project)).git_status.split("\n")
    assert len(status) == STATUS_LINES + 2
    assert status[-1] == "… and 7 more"


async def test_a_repository_without_a_commit_and_a_detached_one_say_so(folder: Project) -> None:
    folder.init()
    folder.write("a.py", "x")
    assert (await looked(folder)).git_status == "On branch main\nNo commits yet"
    folder.commit()
    folder.git("checkout", "-q", "--detach")
    assert (await looked(folder)).git_status.startswith("On no branch\n")


async def test_files_are_those_of_the_task_s_path_and_no_rule_ignores(project: Project) -> None:
    project.write("noise.log", "x")
    project.write("src/deep/more.py", "x")
    context = await looked(project)
    assert context.files == (".gitignore", "README", "src/app.py", "src/deep/more.py")
    assert context.language == "Python"
    assert context.project_name == "project"
    assert (await looked(project, path="src")).files == ("src/app.py", "src/deep/more.py")
    assert (await looked(project, path="src/app.py")).files == ("src/app.py",)
    assert (await looked(project, path="nowhere")).files == ()


async def test_a_path_with_stars_and_colons_is_a_path(project: Project) -> None:
    project.write("src/*.py/:(top)x.py", "x")
    assert (await looked(project, path="src/*.py")).files == ("src/*.py/:(top)x.py",)


async def test_a_root_below_the_top_of_its_repository_tells_of_itself_alone(project: Project) -> None:
    project.write("part/own.py", "x")
    project.commit()
    project.write("part/own.py", "y")
    project.write("src/app.py", "neighbour")
    context = await looked(project, root="part")
    assert context.files == ("own.py",)
    assert context.git_status == "On branch main\nmodified: own.py"


async def test_a_pre_hook_s_changes_are_seen(project: Project) -> None:
    workspace = await project.open()
    checkpoint = await workspace.checkpoint("run", "a", 1)
    project.write("made.py", "x")
    surroundings = Surroundings(project.root, ALL, workspace)
    task = Task(id="a", title="a", pre_hooks=(Hook(name="h", command="x"),))
    assert "made.py" in (await surroundings.look(task, checkpoint)).files
    assert "made.py" not in (await surroundings.look(Task(id="a", title="a"), checkpoint)).files


async def test_only_so_many_files_are_listed_and_the_others_counted(project: Project) -> None:
    for number in range(9):
        project.write(f"src/{number}.py", "x")
    context = await looked(project, PromptContext(max_files_listed=3), path="src")
    assert (context.files, context.files_left_out) == (("src/0.py", "src/1.py", "src/2.py"), 7)
    assert context.contents == ()


async def test_contents_are_cut_and_binary_files_and_links_are_left_out(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("a secret of somebody else")
    project.write("src/app.py", "é" * 10)
    project.write("src/picture.png", b"\x89PNG\0\0")
    project.write("src/latin.txt", b"caf\xe9")
    (project.root / "src/link.txt").symlink_to(tmp_path / "outside.txt")
    (project.root / "src/folder").symlink_to(tmp_path)
    context = await looked(project, PromptContext(include_file_contents=True, max_file_size=5), path="src")
    assert context.contents == (FileText("src/app.py", "éé", cut=True),)
    assert "src/picture.png" in context.files
    assert not any("link" in path or "folder" in path for path in context.files)


async def test_a_file_that_became_a_link_after_the_checkpoint_is_not_followed_out(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "outside.txt").write_text("a secret of somebody else")
    workspace = await project.open()
    checkpoint = await workspace.checkpoint("run", "a", 1)
    (project.root / "src/app.py").unlink()
    (project.root / "src/app.py").symlink_to(tmp_path / "outside.txt")
    context = await Surroundings(project.root, ALL, workspace).look(Task(id="a", title="a", path="src"), checkpoint)
    assert context.contents == ()


async def test_secrets_are_told_neither_by_content_nor_by_name(project: Project) -> None:
    for name in (
        ".env",
        "deploy/id_rsa",
        "tls/server.pem",
        ".aws/config",
        "CREDENTIALS.json",
        ".taskmaster/config.yml",
    ):
        project.write(name, "do not tell")
    project.write(".env.example", "KEY=")
    context = await looked(project)
    assert "do not tell" not in str(context)
    assert context.files == (".env.example", ".gitignore", "README", "src/app.py")
    assert "id_rsa" not in context.git_status


async def test_what_is_not_wished_for_is_not_looked_for(project: Project) -> None:
    context = await looked(project, PromptContext(include_git_status=False, include_file_list=False))
    assert context == Context(project_name="project", language="Python")


async def test_without_a_repository_the_files_are_told_all_the_same(folder: Project) -> None:
    folder.write("main.go", "package main")
    context = await looked(folder)
    assert (context.git_status, context.files, context.language) == ("", ("main.go",), "Go")


async def test_without_checkpoints_the_folder_is_walked_past_what_is_generated(folder: Project) -> None:
    for name in ("b.py", "a/c.py", "node_modules/x/index.js", "__pycache__/b.pyc", ".git/config", ".env"):
        folder.write(name, "x = 1")
    surroundings = Surroundings(folder.root, ALL)
    unknown = AttemptCheckpointed("", problem="checkpoints are off")
    context = await surroundings.look(Task(id="a", title="a"), unknown)
    assert context.files == ("a/c.py", "b.py")
    assert [file.path for file in context.contents] == ["a/c.py", "b.py"]
    assert (await surroundings.look(Task(id="a", title="a", path="b.py"), unknown)).files == ("b.py",)
    assert (await surroundings.look(Task(id="a", title="a", path="gone"), unknown)).files == ()


async def test_a_hostile_repository_has_nothing_run(project: Project) -> None:
    marker = project.root / "ran"
    for key in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.x.textconv", "diff.external"):
        project.git("config", key, f"touch {marker}; cat")
    project.write(".gitattributes", "* filter=x diff=x\n")
    project.write("src/app.py", "changed")
    await looked(project)
    assert not marker.exists()


async def test_names_of_files_are_safe_to_show(project: Project) -> None:
    name = os.fsdecode(b"src/\x1b]0;x\x07\n\xff.py")
    project.write("src/plain.py", "x")
    (project.root / name).write_text("x")
    context = await looked(project, path="src")
    assert len(context.files) == 3
    assert not any("\x1b" in path or "\n" in path for path in context.files)
    assert "\x1b" not in context.git_status


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("src/app.py", True),
        ("README.md", True),
        ("docs/README.md", True),
        ("config.yml", True),
        ("src/app.js", False),
        ("src/app.pyc", False),
        ("src/__pycache__/app.py", False),
        (".git/config.yml", False),
    ],
)
def test_the_patterns_of_the_source_text_mean_what_they_say(path: str, told: bool) -> None:
    wishes = PromptContext(
        include_patterns=("*.py", "*.yml", "README.md"), exclude_patterns=("*.pyc", "__pycache__", ".git")
    )
    assert is_told(path, wishes) is told


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("src/deep/a.py", "src/**"),
        ("src/deep/a.py", "src/"),
        ("src/deep/a.py", "./src"),
        ("src/deep/a.py", "src/*.py"),
        ("a.py", "?.py"),
    ],
)
def test_a_pattern_fits_a_path_a_name_or_a_folder(path: str, pattern: str) -> None:
    assert fits_any(path, (pattern,))
    assert not fits_any(f"other/{path.rpartition('/')[2]}x", (pattern,))


@pytest.mark.parametrize(
    "path", [".env", "a/.env.local", "prod.env", "x/id_ed25519", "a.PEM", ".ssh/known", "secrets.yml"]
)
def test_files_that_hold_secrets_are_known_by_their_names(path: str) -> None:
    assert looks_secret(path)


@pytest.mark.parametrize(
    "path", [".env.example", "env.py", "environment.yml", "keys.py", "secrets_test.py", "tokens.ts"]
)
def test_files_that_only_sound_like_it_are_told(path: str) -> None:
    assert not looks_secret(path)


def test_the_language_is_that_of_most_files() -> None:
    assert main_language(["a.py", "b.py", "c.ts", "d.md"]) == "Python"
    assert main_language(["README", "x.md"]) == ""
