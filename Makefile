# The two commands of the README are `make demo` and `make test`; both set up all they need by themselves.
.PHONY: demo test bench install format lint build clean help

PREFIX ?= /usr/local

help:
	@echo 'make demo     build, and change a real data directory to the newest release and back'
	@echo 'make test     every test there is'
	@echo 'make bench    measure against what people use today; writes docs/figures.md'
	@echo 'make build    the program: build/liftlock'
	@echo 'make install  program, man page and completions under PREFIX=$(PREFIX)'
	@echo 'make format   lay the sources out      make lint  check layout and run clang-tidy'

build:
	@scripts/setup
	@scripts/build program

demo: build
	@scripts/demo

test:
	@scripts/setup --tests --lint
	@scripts/test

bench: build
	@scripts/setup --tests --bench
	@scripts/build tests
	@bench/run

install: build
	install -D -m 755 build/liftlock $(DESTDIR)$(PREFIX)/bin/liftlock
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	build/liftlock man > $(DESTDIR)$(PREFIX)/share/man/man1/liftlock.1
	build/liftlock completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/liftlock
	build/liftlock completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_liftlock
	build/liftlock completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/liftlock.fish

format:
	@scripts/setup --lint
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

lint:
	@scripts/setup --tests --lint
	@scripts/lint --tidy

clean:
	rm -rf build build-debug build-sanitizers
