#!/usr/bin/env bash
# Serve a model directory with the vLLM that install-cpu.sh made. Runs until it is ended.
#
#   deploy/vllm/serve-cpu.sh [MODEL_FOLDER] [PORT]     default: the apprentice's weights, 8000
#
# MODULO_VLLM_PYTHON            interpreter of the environment (default .vllm/bin/python)
# MODULO_VLLM_NAME              name the model is served under (default: served)
# MODULO_VLLM_CONTEXT_TOKENS    longest prompt and answer together (default 1024)
# VLLM_CPU_KVCACHE_SPACE        gibibytes for the key-value cache (default 1)
set -euo pipefail

model="${1:-app/apprentice/weights}"
port="${2:-8000}"
model="$(realpath "$model")"

export HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE="${VLLM_CPU_KVCACHE_SPACE:-1}" \
    VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1

# By module: the `vllm` command looks for a distribution of that name and finds none.
exec "${MODULO_VLLM_PYTHON:-.vllm/bin/python}" -m vllm.entrypoints.openai.api_server \
    --model "$model" \
    --served-model-name "${MODULO_VLLM_NAME:-served}" \
    --host 127.0.0.1 --port "$port" \
    --max-model-len "${MODULO_VLLM_CONTEXT_TOKENS:-1024}" \
    --dtype bfloat16 --enforce-eager \
    --structured-outputs-config '{"backend":"xgrammar"}' \
    --enable-prompt-tokens-details
