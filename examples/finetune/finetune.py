#!/usr/bin/env python3
"""Fine-tunes a small open model on an export of Toolwright, with TRL and LoRA.

    python finetune.py --data export/trl-sft --model Qwen/Qwen3-0.6B --output adapter
    python finetune.py --data export/trl-sft --check

Takes a folder that `toolwright traces export` wrote (trl-sft, trl-dpo or trl-kto) and gives an
adapter, or with --merge a whole model that a server of OpenAI's protocol can serve. The trainer
follows from the manifest. --check needs no GPU: it verifies the files against the manifest's hashes
and every row against the shape that the trainer reads, and makes one training step on a tiny model
with random weights where torch, transformers and trl are installed; it says so where they are not.
"""

import argparse
import hashlib
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

ROLES = {"system", "user", "assistant", "tool"}
FORMATS = ("trl-sft", "trl-dpo", "trl-kto")
# Hugging Face's usual layout; a model that lacks one of them is trained on the others.
LORA_TARGETS = "all-linear"


class BadExport(Exception):
    """The folder does not hold what its manifest says. The message says where and why."""


def read_export(folder: Path) -> tuple[str, dict[str, list[dict]]]:
    """The export's format and its rows by split.

    Raises BadExport for a missing or changed file, and for a row of the wrong shape, naming file
    and line.
    """
    manifest_path = folder / "manifest.json"
    if not manifest_path.is_file():
        raise BadExport(f"expected {manifest_path}; give the folder that `toolwright traces export` wrote")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    name = manifest["format"]
    if name not in FORMATS:
        raise BadExport(f"expected an export in {', '.join(FORMATS)}, got {name}; export again with --format")
    splits: dict[str, list[dict]] = {}
    for entry in manifest["files"]:
        path = folder / entry["name"]
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise BadExport(f"{path} is not the file that the manifest describes (SHA-256 differs); export again")
        rows = [json.loads(line) for line in content.decode("utf-8").splitlines()]
        if len(rows) != entry["rows"]:
            raise BadExport(f"{path}: expected {entry['rows']} rows, got {len(rows)}")
        for number, row in enumerate(rows, start=1):
            fault = fault_of(name, row)
            if fault is not None:
                raise BadExport(f"{path}:{number}: {fault}")
        splits.setdefault(entry["split"], []).extend(rows)
    if not splits.get("train"):
        raise BadExport(f"{folder} holds no training rows; loosen the export's filters")
    return name, splits


def fault_of(name: str, row: dict) -> str | None:
    """What keeps the trainer from reading a row, or None."""
    if name == "trl-sft":
        return messages_fault("messages", row.get("messages"), last="assistant")
    if name == "trl-dpo":
        return (
            messages_fault("prompt", row.get("prompt"), last=None)
            or messages_fault("chosen", row.get("chosen"), last="assistant")
            or messages_fault("rejected", row.get("rejected"), last="assistant")
        )
    if not isinstance(row.get("label"), bool):
        return "label: expected true or false"
    return messages_fault("prompt", row.get("prompt"), last=None) or messages_fault(
        "completion", row.get("completion"), last="assistant"
    )


def messages_fault(field: str, messages: object, last: str | None) -> str | None:
    if not isinstance(messages, list) or not messages:
        return f"{field}: expected a list of messages"
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return f"{field}[{index}].role: expected one of {sorted(ROLES)}"
        if not isinstance(message.get("content"), str):
            return f"{field}[{index}].content: expected text"
        for call in message.get("tool_calls") or []:
            if not isinstance(call.get("function", {}).get("arguments"), dict):
                return f"{field}[{index}].tool_calls: expected arguments as an object"
    if last is not None and messages[-1]["role"] != last:
        return f"{field}: expected the last message to be the {last}'s, got {messages[-1]['role']}"
    return None


def missing_packages() -> list[str]:
    return [
        name
        for name in ("torch", "transformers", "datasets", "trl", "peft")
        if importlib.util.find_spec(name) is None
    ]


def trainer_for(name: str, *, model, tokenizer, splits, settings: dict, lora_rank: int):
    """The trainer that reads this format; nothing has been trained yet."""
    from datasets import Dataset
    from peft import LoraConfig

    def dataset(split: str):
        rows = splits.get(split)
        # Tools stay a JSON string in a column: their schemas differ from row to row, columns may not.
        return None if not rows else Dataset.from_list([flat(row) for row in rows])

    shared = {
        "model": model,
        "processing_class": tokenizer,
        "train_dataset": dataset("train"),
        "eval_dataset": dataset("validation"),
        "peft_config": LoraConfig(
            r=lora_rank, lora_alpha=2 * lora_rank, target_modules=LORA_TARGETS, task_type="CAUSAL_LM"
        ),
    }
    if name == "trl-sft":
        from trl import SFTConfig, SFTTrainer

        return SFTTrainer(args=SFTConfig(**settings), **shared)
    if name == "trl-dpo":
        from trl import DPOConfig, DPOTrainer

        return DPOTrainer(args=DPOConfig(**settings), **shared)
    from trl import KTOConfig, KTOTrainer

    return KTOTrainer(args=KTOConfig(**settings), **shared)


def flat(row: dict) -> dict:
    return {key: json.dumps(value) if key == "tools" else value for key, value in row.items()}


def train(arguments: argparse.Namespace, name: str, splits: dict[str, list[dict]]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype="auto")
    trainer = trainer_for(
        name,
        model=model,
        tokenizer=tokenizer,
        splits=splits,
        settings={
            "output_dir": str(arguments.output),
            "num_train_epochs": arguments.epochs,
            "learning_rate": arguments.learning_rate
            or {"trl-sft": 2e-4, "trl-dpo": 5e-6, "trl-kto": 5e-6}[name],
            "per_device_train_batch_size": arguments.batch_size,
            "gradient_accumulation_steps": arguments.accumulate,
            "max_length": arguments.max_length,
            "gradient_checkpointing": True,
            "seed": arguments.seed,
            "logging_steps": 10,
            "report_to": "none",
        },
        lora_rank=arguments.lora_rank,
    )
    trainer.train()
    if arguments.merge:
        trainer.model.merge_and_unload().save_pretrained(arguments.output)
    else:
        trainer.save_model(arguments.output)
    tokenizer.save_pretrained(arguments.output)
    print(f"Wrote {arguments.output}")


def tiny_step(name: str, splits: dict[str, list[dict]]) -> float:
    """One step on random weights, nothing downloaded. Gives the loss."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<start>", "<end>"]
    tokens = Tokenizer(models.BPE(vocab={each: at for at, each in enumerate(special + alphabet)}, merges=[]))
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token="<pad>", bos_token="<start>", eos_token="<end>"
    )
    tokenizer.chat_template = (
        "{% for message in messages %}<start>{{ message['role'] }}\n{{ message['content'] }}<end>{% endfor %}"
        "{% if add_generation_prompt %}<start>assistant\n{% endif %}"
    )
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=512,
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_for(
            name,
            model=model,
            tokenizer=tokenizer,
            splits={"train": splits["train"][:4]},
            settings={
                "output_dir": folder,
                "max_steps": 1,
                "per_device_train_batch_size": 2,
                "max_length": 512,
                "use_cpu": True,
                "report_to": "none",
            },
            lora_rank=4,
        )
        return trainer.train().training_loss


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the export")
    parser.add_argument("--model", help="name or path of an open model with a chat template")
    parser.add_argument("--output", type=Path, default=Path("adapter"))
    parser.add_argument("--check", action="store_true", help="verify the export; train nothing that is kept")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--learning-rate", type=float, help="default: 2e-4 for SFT, 5e-6 for DPO and KTO")
    parser.add_argument("--batch-size", type=int, default=2)
    parser.add_argument("--accumulate", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=4096, help="tokens")
    parser.add_argument("--lora-rank", type=int, default=16)
    parser.add_argument("--merge", action="store_true", help="write a whole model instead of an adapter")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        name, splits = read_export(arguments.data)
    except (BadExport, OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    counts = ", ".join(f"{len(rows)} {split}" for split, rows in splits.items())
    print(f"{arguments.data}: {name}, {counts} rows; files and shapes are as the manifest says.")
    missing = missing_packages()
    if arguments.check:
        if missing:
            print(f"Training step: not run, {', '.join(missing)} not installed.")
        else:
            print(f"Training step on random weights: loss {tiny_step(name, splits):.3f}.")
        return 0
    if missing:
        print(f"Training needs {', '.join(missing)}: pip install -r requirements.txt", file=sys.stderr)
        return 2
    if arguments.model is None:
        print("Training needs --model NAME, e.g. Qwen/Qwen3-0.6B.", file=sys.stderr)
        return 2
    train(arguments, name, splits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
