"""Images of real Open WebUI releases, in the official one's shape, made of Debian's Python and PyPI's packages.

What a start without models never imports is left out (torch and its family: 90 % of the size). An image is made once, and stays
in the engine's own store; the packages that it was made of stay in uv's cache.
"""

import hashlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

from engine import Refused, Unavailable, cache

REPOSITORY = "liftlock.test/open-webui"
LEFT_OUT = {
    "accelerate", "argostranslate", "colbert-ai", "docker", "einops", "elasticsearch", "faster-whisper", "firecrawl-py", "langfuse", "moto",
    "nltk", "opencv-python", "opencv-python-headless", "oracledb", "pinecone", "pinecone-client", "playwright", "pymilvus", "pytest",
    "pytest-docker", "qdrant-client", "rapidocr", "rapidocr-onnxruntime", "sentence-transformers", "sentencepiece", "soundfile",
    "tencentcloud-sdk-python", "transformers", "unstructured",
}  # fmt: skip
UNDECLARED = ["typer", "python-dateutil", "itsdangerous", "beautifulsoup4"]  # imported all the same
BASE_PACKAGES = "python3,ca-certificates,curl,jq,procps"

# The official one's way with the secret key: a file in the working directory, which is a layer of the container.
START = b"""#!/usr/bin/env bash
cd /app/backend || exit 1
key_file=${WEBUI_SECRET_KEY_FILE:-.webui_secret_key}
if [ -z "$WEBUI_SECRET_KEY$WEBUI_JWT_SECRET_KEY" ]; then
  echo "Loading WEBUI_SECRET_KEY from file, not provided as an environment variable."
  [ -e "$key_file" ] || { echo "Generating WEBUI_SECRET_KEY"; head -c 12 /dev/random | base64 > "$key_file"; }
  WEBUI_SECRET_KEY=$(cat "$key_file")
fi
export WEBUI_SECRET_KEY
exec python3 -m uvicorn open_webui.main:app --host "${HOST:-0.0.0.0}" --port "${PORT:-8080}" --forwarded-allow-ips '*'
"""
# Boots without a network and without models.
QUIET = {
    "OFFLINE_MODE": "true", "HF_HUB_OFFLINE": "1", "RAG_EMBEDDING_ENGINE": "openai", "ENABLE_OLLAMA_API": "false",
    "ENABLE_OPENAI_API": "false", "ANONYMIZED_TELEMETRY": "false", "DO_NOT_TRACK": "true", "SCARF_NO_ANALYTICS": "true",
}  # fmt: skip


def changes(version):
    """Dockerfile instructions, as the official image has them."""
    settings = {"ENV": "prod", "PORT": "8080", "WEBUI_SECRET_KEY": "", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1",
                "FRONTEND_BUILD_DIR": "/app/backend/open_webui/frontend", **QUIET}  # fmt: skip
    return [
        "ENV " + " ".join(f"{name}={value}" for name, value in settings.items()),
        "WORKDIR /app/backend",
        "EXPOSE 8080",
        'CMD ["bash", "start.sh"]',
        "HEALTHCHECK --interval=5s --timeout=5s CMD curl --silent --fail http://localhost:${PORT:-8080}/health | jq -ne 'input.status == true' || exit 1",
        "LABEL org.opencontainers.image.title=open-webui",
        f"LABEL org.opencontainers.image.version={version}",
    ]


def recipe(*ingredients):
    """Changes whenever what is made of them would."""
    return hashlib.sha256(json.dumps(ingredients).encode()).hexdigest()[:16]


def recipe_of(version):
    return recipe(sorted(LEFT_OUT), UNDECLARED, BASE_PACKAGES, START.decode(), "bytecode", changes(version))


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        raise Unavailable(f"{command[0]} failed: {done.stdout[-1000:]}")


def uv():
    """The installer, from PyPI: pip takes ten times as long."""
    home = cache() / "uv"
    if not (home / "bin/uv").exists():
        run(sys.executable, "-m", "venv", home)
        run(home / "bin/pip", "--quiet", "install", "uv==0.13.9")
    return home / "bin/uv"


def has(engine, name):
    try:
        return engine.json("GET", f"/images/{urllib.parse.quote(name, safe=':/')}/json")
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


def send(engine, path, folder, *more):
    """A request whose body is the tar archive of a folder."""
    with tempfile.TemporaryFile(dir=folder.parent) as archive:
        subprocess.run(["tar", "--create", "--numeric-owner", "--owner=0", "--group=0", "--directory", folder, "."], check=True, stdout=archive)
        archive.seek(0)
        return engine.call(*more, path, archive, "application/x-tar")


def make_base(engine, scratch):
    name = f"{REPOSITORY}-base:{recipe(BASE_PACKAGES)}"
    if has(engine, name):
        return name
    if shutil.which("debootstrap") is None:
        raise Unavailable("there is no debootstrap (scripts/setup --tests installs it)")
    folder = scratch / "base"
    run("debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", folder)
    for unneeded in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man", "proc", "sys", "dev"):
        shutil.rmtree(folder / unneeded, ignore_errors=True)
    (folder / "usr/bin/python").symlink_to("python3")
    repository, tag = name.rsplit(":", 1)
    send(engine, f"/images/create?fromSrc=-&repo={repository}&tag={tag}", folder, "POST")
    shutil.rmtree(folder)
    return name


def requirements(wheel):
    """Of the wheel, but what is left out."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    wanted = [line.split(":", 1)[1].strip() for line in lines if line.startswith("Requires-Dist:") and "extra ==" not in line]
    return [each for each in wanted if re.match(r"[\w.-]+", each)[0].lower().replace("_", "-") not in LEFT_OUT] + UNDECLARED


def install(version, packages, scratch):
    """The release and what it needs, into the folder `packages`."""
    run(sys.executable, "-m", "pip", "--quiet", "download", "--no-deps", "--python-version", "3.11", "--only-binary=:all:", "--dest", scratch,
        f"open-webui=={version}")  # fmt: skip
    (wheel,) = scratch.glob(f"open_webui-{version}-*.whl")
    (scratch / "requirements").write_text("\n".join(requirements(wheel)) + "\n")
    into = [uv(), "pip", "install", "--quiet", "--compile-bytecode", "--target", packages, "--python-version", "3.11", "--cache-dir", cache() / "uv-cache"]
    run(*into, "-r", scratch / "requirements")
    run(*into, "--no-deps", wheel)


def real_image(engine, version):
    """The name of the image, which is made where it is missing. Raises Unavailable where it cannot be."""
    name = f"{REPOSITORY}:v{version}"
    found = has(engine, name)
    if found and found["Config"]["Labels"].get("liftlock.recipe") == recipe_of(version):
        return name
    with tempfile.TemporaryDirectory(prefix="open-webui-", dir=cache()) as folder:
        scratch = pathlib.Path(folder)
        base = make_base(engine, scratch)
        root = scratch / "root"
        packages = root / "usr/local/lib/python3.11/dist-packages"
        backend = root / "app/backend"
        backend.mkdir(parents=True)
        install(version, packages, scratch)
        (packages / "open_webui").rename(backend / "open_webui")
        (backend / "data").mkdir()
        (backend / "start.sh").write_bytes(START)
        (root / "app/package.json").write_text(json.dumps({"name": "open-webui", "version": version}))
        made = engine.json("POST", "/containers/create", {"Image": base, "Cmd": ["true"]})["Id"]
        try:
            send(engine, f"/containers/{made}/archive?path=/", root, "PUT")
            instructions = [*changes(version), f"LABEL liftlock.recipe={recipe_of(version)}"]
            query = f"container={made}&repo={REPOSITORY}&tag=v{version}" + "".join(f"&changes={urllib.parse.quote(line, safe='')}" for line in instructions)
            engine.call("POST", f"/commit?{query}", {})
        finally:
            engine.call("DELETE", f"/containers/{made}")
    return name


if __name__ == "__main__":
    import engine as engines

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the engine is ended then, too
    with tempfile.TemporaryDirectory() as scratch:
        private = engines.EngineOfRealImages(pathlib.Path(scratch))
        try:
            for each in sys.argv[1:]:
                print(real_image(private, each))
        finally:
            private.stop()
