"""Random configurations of containers, as `/containers/create` takes them, with every option that an engine here can be
given. Each comes with the names of the options that it uses."""


class Configuration:
    def __init__(self, random, names, runs):
        self.random = random
        self.names = names  # of what exists: networks {name: subnet prefix}, volume, lender, folder
        self.runs = runs  # to be started: without what this machine may not have
        self.used = set()
        self.offered = set()  # what might have been used
        self.config = {}
        self.host = {}
        self.networks = {}  # the first is NetworkMode's
        self.left = None  # a network that it left
        self.network()
        self.process()
        self.storage()
        self.isolation()
        if not runs:
            self.limits()
            self.hardware()

    def some(self, name, probability=0.3):
        self.offered.add(name)
        if self.random.random() >= probability:
            return False
        self.used.add(name)
        return True

    def one_of(self, name, *choices, probability=0.3):
        """Perhaps one of the choices; each counts as an option of its own."""
        self.offered.update(f"{name}={choice}" for choice in choices)
        if self.random.random() >= probability:
            return None
        choice = self.random.choice(choices)
        self.used.add(f"{name}={choice}")
        return choice

    def set(self, where, name, *choices, probability=0.3):
        if self.some(name, probability):
            where[name] = self.random.choice(choices)

    def network(self):
        kind = self.random.choice(["user", "user", "user", "user", "host", "none", "container", "default"])
        if self.runs and kind == "default":  # the tests' engine has no such network, and says so of what was started
            kind = "none"
        self.used.add(f"network={kind}")
        self.kind = kind
        if kind in ("host", "none"):
            self.host["NetworkMode"] = kind
        elif kind == "container":
            self.host["NetworkMode"] = f"container:{self.names['lender']}"
        elif kind == "user":
            names = self.random.sample(sorted(self.names["networks"]), self.random.randint(1, 3))
            self.host["NetworkMode"] = names[0]
            self.networks = {name: self.endpoint(name) for name in names}
            if len(names) > 1:
                self.used.add("several networks")
                if self.some("left its first network", 0.15):
                    self.left = names[0]
            elif self.some("network by id", 0.3):
                self.host["NetworkMode"] = self.names["network ids"][names[0]]
            if self.left is None:
                self.set(self.config, "MacAddress", "02:42:ac:11:00:42", "06:11:22:33:44:55", probability=0.25)
        if kind != "container":
            self.ports()
            self.set(self.host, "Dns", ["9.9.9.9"], ["9.9.9.9", "1.1.1.1"])
            self.set(self.host, "ExtraHosts", ["db:10.0.0.9"], ["db:10.0.0.9", "cache:10.0.0.10"])
        self.set(self.host, "DnsOptions", ["ndots:2"], probability=0.15)
        self.set(self.host, "DnsSearch", ["example.org"], probability=0.15)
        if kind == "default" and not self.runs and self.some("Links", 0.9):
            self.host["Links"] = [f"{self.names['lender']}:db", self.names["lender"]]

    def endpoint(self, network):
        endpoint = {}
        if self.some("Aliases", 0.5):
            endpoint["Aliases"] = self.random.sample(["web", "chat", "ui"], self.random.randint(1, 3))
        if self.some("IPv4Address", 0.4):
            endpoint["IPAMConfig"] = {"IPv4Address": f"{self.names['networks'][network]}.{self.random.randint(100, 200)}"}
            if not self.runs and self.some("LinkLocalIPs", 0.3):
                endpoint["IPAMConfig"]["LinkLocalIPs"] = ["169.254.34.68"]
        if self.some("endpoint links", 0.2):
            endpoint["Links"] = [f"{self.names['lender']}:backend"]
        if self.some("DriverOpts", 0.2):
            endpoint["DriverOpts"] = {"com.example.option": "1"}
        return endpoint

    def ports(self):
        if self.some("PortBindings", 0.5):
            port = self.random.randint(20000, 29999)
            self.host["PortBindings"] = {
                "8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}],
                "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}, {"HostIp": "127.0.0.2", "HostPort": str(port)}],
            }
            if self.some("ports published and exposed", 0.7):
                self.config["ExposedPorts"] = {"8080/tcp": {}, "53/udp": {}}
        if self.some("ExposedPorts", 0.3):
            self.config.setdefault("ExposedPorts", {})["9999/tcp"] = {}
        self.set(self.host, "PublishAllPorts", True, probability=0.15)

    def process(self):
        config = self.config
        uts = self.one_of("UTSMode", "host", probability=0.1) if not self.runs else None
        if uts:
            self.host["UTSMode"] = uts
        elif self.kind != "container":
            self.set(config, "Hostname", "chat", "chat-1")
        if self.kind != "container":
            self.set(config, "Domainname", "example.org", probability=0.2)
        self.set(config, "User", "1000:1000", "nobody-here" if not self.runs else "1000")
        self.set(config, "Tty", True)
        self.set(config, "OpenStdin", True)
        self.set(config, "StdinOnce", True, probability=0.2)
        self.set(config, "AttachStdout", True, probability=0.2)
        self.set(config, "AttachStderr", True, probability=0.2)
        variables = {"own variable": "OPENAI_API_KEY=sk-1", "empty variable": "EMPTY=", "image's variable changed": "SHARED=mine",
                     "image's variable removed": "GONE", "variable with equals": "JSON={\"a\": \"b=c\"}", "not ASCII": "NAME=Jürgen ☃"}  # fmt: skip
        env = [text for name, text in variables.items() if self.some(name)]
        self.random.shuffle(env)
        if env:
            config["Env"] = env
        labels = {"own label": {"com.example.own": "1"}, "image's label changed": {"org.example.shared": "mine"}, "empty label": {"com.example.empty": ""}}
        for name, label in labels.items():
            if self.some(name):
                config.setdefault("Labels", {}).update(label)
        self.command()
        health = {"Test": ["CMD", "/bin/busybox", "true"], "Interval": 5_000_000_000, "Timeout": 3_000_000_000, "StartPeriod": 1_000_000_000, "Retries": 7}
        kind = self.one_of("Healthcheck", "whole", "times", "test", "none")
        if kind:
            config["Healthcheck"] = {"whole": health, "times": {"Interval": 6_000_000_000, "Retries": 9}, "test": {"Test": health["Test"]},
                                     "none": {"Test": ["NONE"]}}[kind]  # fmt: skip
        self.set(config, "WorkingDir", "/tmp", "/srv/data")
        self.set(config, "StopSignal", "SIGINT", "SIGUSR1")
        self.set(config, "StopTimeout", 0, 5, 90)
        self.set(config, "Shell", ["/bin/busybox", "sh", "-c"], probability=0.15)

    def command(self):
        command = self.one_of("command", "command", "entry point", "both", "no entry point", probability=0.5)
        if command in ("entry point", "both"):
            self.config["Entrypoint"] = ["/bin/busybox", "sleep", "603"] if command == "entry point" else ["/bin/busybox", "nice"]
        if command == "both":
            self.config["Cmd"] = ["/bin/busybox", "sleep", "602"]
        if command == "no entry point":
            self.config["Entrypoint"] = [""]
        if command in ("command", "no entry point"):
            self.config["Cmd"] = ["/bin/busybox", "sleep", "601"]

    def storage(self):
        folder, volume = self.names["folder"], self.names["volume"]
        binds = {"bind": f"{folder}:/a", "bind read-only": f"{folder}:/b:ro", "bind rprivate": f"{folder}:/c:rw,rprivate",
                 "volume": f"{volume}:/app/backend/data", "volume read-only": f"{volume}:/e:ro", "volume nocopy": f"{volume}-2:/f:nocopy",
                 "volume by destination": "/g", "over the image's volume": f"{volume}:/image/old", "relabelled": f"{volume}:/r:z"}  # fmt: skip
        chosen = [bind for name, bind in binds.items() if self.some(name, 0.25)]
        if chosen:
            self.host["Binds"] = chosen
        mounts = {
            "mount bind": {"Type": "bind", "Source": folder, "Target": "/m/a", "ReadOnly": True},
            "mount rslave": {"Type": "bind", "Source": folder, "Target": "/m/b", "BindOptions": {"Propagation": "rprivate", "NonRecursive": True}},
            "mount volume": {"Type": "volume", "Source": f"{volume}-3", "Target": "/m/c",
                             "VolumeOptions": {"NoCopy": True, "Labels": {"a": "b"}, "DriverConfig": {"Name": "local"}}},
            "mount volume without name": {"Type": "volume", "Target": "/m/d/", "VolumeOptions": {"Labels": {"c": "d"}}},
            "mount tmpfs": {"Type": "tmpfs", "Target": "/m/e", "TmpfsOptions": {"SizeBytes": 1 << 20, "Mode": 0o700}},
        }  # fmt: skip
        chosen = [mount for name, mount in mounts.items() if self.some(name, 0.25)]
        if chosen:
            self.host["Mounts"] = chosen
        if self.some("Volumes", 0.4):
            self.config["Volumes"] = {"/v/one": {}, "/v/two": {}} if self.some("two volumes without name", 0.5) else {"/v/one": {}}
        self.set(self.host, "VolumesFrom", [self.names["lender"]], [f"{self.names['lender']}:ro"])
        self.set(self.host, "VolumeDriver", "local", probability=0.15)
        self.set(self.host, "Tmpfs", {"/t": "", "/u": "rw,size=64k,mode=1777"})
        self.set(self.host, "ShmSize", 1 << 20, 1 << 27)

    def isolation(self):
        host = self.host
        self.set(host, "RestartPolicy", {"Name": "always"}, {"Name": "unless-stopped"}, {"Name": "on-failure", "MaximumRetryCount": 3}, probability=0.5)
        self.set(host, "CapAdd", ["NET_ADMIN"], ["SYS_TIME", "NET_RAW"])
        self.set(host, "CapDrop", ["MKNOD"], ["CHOWN", "FOWNER"])
        self.set(host, "GroupAdd", ["44"], ["44", "audio"] if not self.runs else ["45"])
        self.set(host, "ReadonlyRootfs", True, probability=0.15)
        self.set(host, "Init", True, False)
        self.set(host, "LogConfig", {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "3"}}, {"Type": "local", "Config": {}}, {"Type": "none", "Config": {}})
        self.set(host, "SecurityOpt", ["no-new-privileges"], ["seccomp=unconfined"], ["label=disable"])
        self.set(host, "OomScoreAdj", 0, 500)
        for name, choices in {"IpcMode": ("private", "shareable", "host", "none"), "PidMode": ("host",), "UsernsMode": ("host",), "CgroupnsMode": ("private", "host")}.items():
            choice = self.one_of(name, *choices, probability=0.25) if not self.runs else None
            if choice:
                host[name] = choice
        if not self.runs:
            self.set(host, "Privileged", True, probability=0.1)
            self.set(host, "Sysctls", {"net.ipv4.ip_forward": "1"} if self.kind not in ("host", "container") else {"kernel.msgmax": "65536"} if host.get("IpcMode") != "host" else {})
            self.set(host, "Runtime", "runc", probability=0.15)
            self.set(host, "CgroupParent", "/limits", probability=0.15)
            self.set(host, "MaskedPaths", [], ["/proc/asound"], probability=0.2)
            self.set(host, "ReadonlyPaths", [], ["/proc/sys"], probability=0.2)

    def limits(self):
        host = self.host
        if self.some("Memory"):
            host["Memory"] = 64 << 20
            self.set(host, "MemoryReservation", 32 << 20)
            self.set(host, "MemorySwap", 96 << 20, -1)
            self.set(host, "MemorySwappiness", 10)
        self.set(host, "CpuShares", 512)
        cpu = self.one_of("cpu", "nano", "quota")
        if cpu == "nano":
            host["NanoCpus"] = 500_000_000
        if cpu == "quota":
            host["CpuPeriod"], host["CpuQuota"] = 100_000, 50_000
        self.set(host, "CpusetCpus", "0")
        self.set(host, "CpusetMems", "0", probability=0.15)
        self.set(host, "BlkioWeight", 300, probability=0.2)
        self.set(host, "BlkioDeviceReadBps", [{"Path": "/dev/null", "Rate": 1 << 20}], probability=0.2)
        self.set(host, "PidsLimit", 100, -1)
        self.set(host, "OomKillDisable", True, probability=0.15)
        self.set(host, "Ulimits", [{"Name": "nofile", "Soft": 512, "Hard": 1024}], [{"Name": "core", "Soft": 0, "Hard": 0}, {"Name": "nproc", "Soft": 99, "Hard": 99}])

    def hardware(self):
        host = self.host
        self.set(host, "Devices", [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "r"}])
        self.set(host, "DeviceCgroupRules", ["c 13:* rwm"], probability=0.2)
        self.set(host, "DeviceRequests", [{"Driver": "nvidia", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}],
                 [{"Driver": "", "Count": 0, "DeviceIDs": ["GPU-1"], "Capabilities": [["gpu", "utility"]], "Options": {"a": "b"}}])  # fmt: skip
