"""Certificates for TLS on the loopback: an authority, a server and a client that it vouches for."""

import shutil
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(folder, *words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)


def authority(folder, name, key, certificate):
    openssl(folder, "req", "-x509", *KEY, "-subj", f"/CN={name}", "-days", "30", "-keyout", key, "-out", certificate)


def make(folder):
    """ca.pem, server.pem, server.key in `folder`; what a client needs, as DOCKER_CERT_PATH wants it, in the folder that is returned."""
    authority(folder, "authority", "authority.key", "ca.pem")
    for name in ("server", "client"):
        openssl(folder, "req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        usage = {"server": "serverAuth", "client": "clientAuth"}[name]
        (folder / f"{name}.ext").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "30",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")  # fmt: skip
    client = folder / "certificates"
    client.mkdir()
    for source, name in (("ca.pem", "ca.pem"), ("client.pem", "cert.pem"), ("client.key", "key.pem")):
        shutil.copy(folder / source, client / name)
    return client
