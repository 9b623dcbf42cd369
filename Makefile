# Thin names for what dev.py does.
.PHONY: serve test lint check lock ci
serve:
	python3 dev.py serve
test:
	python3 dev.py test
lint:
	python3 dev.py lint
check:
	python3 dev.py prepare serve && .venv/bin/warmline check
lock:
	python3 dev.py lock
ci:
	.ci/run
