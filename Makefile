# Run `make` for the list of targets. Every target that needs the environment builds it first, once.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PIPELINE ?= energy
CONFIG ?=
SET ?=
ONLY ?=
ENVIRONMENT ?= kind
CACHE ?= on
CRON ?=
PARAMETERS ?=
VALUES ?= charts/iactflow/values-laptop.yaml
NAMESPACE ?= iactflow
CLUSTER ?= kind

PYTHON := .venv/bin/python
IACTFLOW := .venv/bin/iactflow
UV := .tools/bin/uv
INSTALLED := .venv/.installed
LOCKS := requirements/cpu.txt requirements/dev.txt
cluster := --environment $(ENVIRONMENT)
parameters := $(foreach parameter,$(PARAMETERS),--parameter $(parameter))
settings := $(foreach setting,$(SET),--set $(setting)) $(if $(CONFIG),--config $(CONFIG))

##@ Use
.PHONY: run compile
run: $(INSTALLED) ## Run a pipeline on this machine [PIPELINE=energy] [CONFIG=file.yaml] [SET="train.epochs=3 ..."]
	$(IACTFLOW) run $(PIPELINE) $(settings)

compile: $(INSTALLED) ## Write a pipeline as Kubeflow YAML into build/ [PIPELINE=energy] [CONFIG=...] [SET=...]
	$(IACTFLOW) compile $(PIPELINE) $(settings)

##@ Cluster
.PHONY: kind images deploy dashboard submit schedule unschedule status
kind: ## Make a kind cluster on this machine with the cpu image in it [CLUSTER=kind]
	docker/kind.sh $(CLUSTER)

images: ## Build the images cpu and gpu with docker, podman or buildah [REGISTRY=registry.example] [BASE_IMAGE=...]
	REGISTRY="$(REGISTRY)" BASE_IMAGE="$(BASE_IMAGE)" docker/images.sh

deploy: ## Install or upgrade the platform on the current cluster [VALUES=file.yaml] [NAMESPACE=iactflow]
	kubectl get namespace $(NAMESPACE) >/dev/null 2>&1 || kubectl create namespace $(NAMESPACE)
	kubectl label --overwrite namespace $(NAMESPACE) pod-security.kubernetes.io/enforce=restricted
	helm upgrade --install iactflow charts/iactflow --namespace $(NAMESPACE) --values $(VALUES) \
	  --reset-values --wait --timeout 15m

dashboard: ## Reach dashboard (8080), API (8888) and MLflow (5000) from this machine until Ctrl-C [NAMESPACE=iactflow]
	trap 'kill $$(jobs -p)' EXIT; \
	kubectl --namespace $(NAMESPACE) port-forward service/ml-pipeline 8888 & \
	kubectl --namespace $(NAMESPACE) port-forward service/mlflow 5000 & \
	kubectl --namespace $(NAMESPACE) port-forward service/ml-pipeline-ui 8080:80 & \
	echo "http://localhost:8080 is the dashboard, http://localhost:5000 MLflow"; \
	wait

submit: $(INSTALLED) ## Run a pipeline on Kubeflow [PIPELINE=energy] [ENVIRONMENT=kind] [CACHE=off] [PARAMETERS="epochs=3 ..."] [WAIT=1]
	$(IACTFLOW) submit $(PIPELINE) $(settings) $(cluster) $(parameters) $(if $(filter off,$(CACHE)),--no-cache) $(if $(WAIT),--wait)

schedule: $(INSTALLED) ## Run it again and again [PIPELINE=energy] CRON="0 0 3 * * 0" [ENVIRONMENT=kind]
	$(IACTFLOW) schedule $(PIPELINE) --cron "$(CRON)" $(settings) $(cluster) $(parameters)

unschedule: $(INSTALLED) ## Stop that [PIPELINE=energy] [ENVIRONMENT=kind]
	$(IACTFLOW) unschedule $(PIPELINE) $(cluster)

status: $(INSTALLED) ## Schedule, last runs and what they cost [PIPELINE=energy] [ENVIRONMENT=kind]
	$(IACTFLOW) status $(PIPELINE) $(cluster) --cost

##@ Develop
.PHONY: install test test-cluster lint lint-charts format bench ablation validate-simulator docs lock clean
install: $(INSTALLED) ## Make the environment in .venv from the hashed lock files

test: lint ## Check the code and run all tests, in two processes
	.venv/bin/pytest --numprocesses=2 --dist=loadgroup

test-cluster: $(INSTALLED) ## Build a real Kubernetes and MinIO (10 minutes, once) and try charts, GPU pools and S3 on them
	python3 tests/kubernetes/cluster_tools.py
	.venv/bin/pytest --numprocesses=2 --dist=loadgroup tests/charts tests/kubernetes tests/s3

lint: $(INSTALLED) ## Check style, types, layers, spelling and YAML
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/codespell
	.venv/bin/yamllint --strict .
	$(PYTHON) -m iactflow.components.readme --check
	$(PYTHON) charts/readme.py --check

lint-charts: $(UV) ## Check the charts with helm, kubernetes-validate and checkov
	python3 tests/kubernetes/cluster_tools.py helm
	mkdir -p build/charts
	charts/render.sh build/charts
	$(UV) tool run --from kubernetes-validate==1.37.0 kubernetes-validate -k 1.36 --strict build/charts/*.yaml
	$(UV) tool run --from checkov==3.3.30 checkov --config-file charts/.checkov.yaml --directory build/charts

format: $(INSTALLED) ## Put the code into the project's style
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: $(INSTALLED) ## Measure speed beside competitors, into build/bench.json [ONLY=name]
	$(PYTHON) -m benchmarks $(ONLY)

ablation: $(INSTALLED) ## Train variants of hexnet and compare them, into build/ablation.json DATA="GAMMAS PROTONS"
	$(PYTHON) -m benchmarks.ablation --data $(or $(DATA),$(error DATA must name stores of gammas and protons: \
	  make ablation DATA="GAMMAS PROTONS"; iactflow simulate --format store makes them))

validate-simulator: $(INSTALLED) ## Compare simulated showers with CORSIKA and publications, into docs/simulation.md [ONLY=light]
	$(PYTHON) -m iactflow.simulate.validation $(ONLY)

docs: $(INSTALLED) ## Write the README files of components and charts from their sources
	$(PYTHON) -m iactflow.components.readme
	$(PYTHON) charts/readme.py

lock: $(UV) ## Resolve the lock files anew from pyproject.toml
	for flavour in cpu gpu; do \
	  $(UV) pip compile --quiet --upgrade --universal --python 3.12 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --extra $$flavour pyproject.toml --output-file requirements/$$flavour.txt \
	    $$([ $$flavour = cpu ] || echo --constraints requirements/cpu.txt); \
	done
	$(UV) pip compile --quiet --upgrade --universal --python 3.12 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --group dev --constraints requirements/cpu.txt --output-file requirements/dev.txt
	printf 'hatchling\n' | $(UV) pip compile --quiet --upgrade --universal --python 3.12 --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header - --constraints requirements/cpu.txt --output-file requirements/build.txt

clean: ## Remove what was built; runs/ and the environment stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

##@ Help
.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(UV):
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv

$(INSTALLED): $(LOCKS) pyproject.toml | $(UV)
	test -x $(PYTHON) || $(UV) venv --quiet .venv
	$(UV) pip sync --quiet --python $(PYTHON) --require-hashes $(LOCKS)
	$(UV) pip install --quiet --python $(PYTHON) --no-deps --editable .
	touch $@
