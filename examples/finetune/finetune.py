#!/usr/bin/env python3
"""Fine-tunes a small open model on an export of Toolwright, with TRL and LoRA.

    python finetune.py --data export/trl-sft --model Qwen/Qwen3-0.6B --output adapter
    python finetune.py --data export/trl-sft --check

Takes a folder that `toolwright traces export` wrote (trl-sft, trl-dpo or trl-kto) and gives an
adapter, or with --merge a whole model that a server of OpenAI's protocol can serve. The trainer
follows from the manifest. Rows with images name files of the folder in a column `images`; they need
a vision-language model. --check needs no GPU: it verifies the files against the manifest's hashes,
every row against the shape that the trainer reads, and each place of an image against its file. Where
datasets is installed it loads the rows as the trainer gets them and opens the images; where torch,
transformers and trl are too, it makes one training step on a tiny model with random weights. It says
what it did not do.
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
# Of messages.
COLUMNS = ("messages", "prompt", "completion", "chosen", "rejected")
PACKAGES = ("torch", "transformers", "datasets", "trl", "peft")
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
    images = {entry["path"] for entry in manifest.get("images", {}).get("files", [])}
    for entry in manifest.get("images", {}).get("files", []):
        read_file(folder / entry["path"], entry["sha256"])
    splits: dict[str, list[dict]] = {}
    for entry in manifest["files"]:
        path = folder / entry["name"]
        content = read_file(path, entry["sha256"])
        rows = [json.loads(line) for line in content.decode("utf-8").split("\n")[:-1]]
        if len(rows) != entry["rows"]:
            raise BadExport(f"{path}: expected {entry['rows']} rows, got {len(rows)}")
        for number, row in enumerate(rows, start=1):
            fault = fault_of(name, row) or images_fault(row, images)
            if fault is not None:
                raise BadExport(f"{path}:{number}: {fault}")
        splits.setdefault(entry["split"], []).extend(rows)
    if not splits.get("train"):
        raise BadExport(f"{folder} holds no training rows; loosen the export's filters")
    if len({"images" in row for row in every_row(splits)}) > 1:
        raise BadExport(f"{folder}: expected a column images in all rows or in none; export again")
    return name, splits


def read_file(path: Path, sha256: str) -> bytes:
    if not path.is_file():
        raise BadExport(f"expected {path}, which the manifest names; copy the whole folder")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadExport(f"{path} is not the file that the manifest describes (SHA-256 differs); export again")
    return content


def every_row(splits: dict[str, list[dict]]) -> list[dict]:
    return [row for rows in splits.values() for row in rows]


def has_images(splits: dict[str, list[dict]]) -> bool:
    return any("images" in row for row in every_row(splits))


def fault_of(name: str, row: dict) -> str | None:
    """What keeps the trainer from reading a row, or None."""
    parts = "images" in row
    if name == "trl-sft":
        return messages_fault("messages", row.get("messages"), parts, last="assistant")
    if name == "trl-dpo":
        return (
            messages_fault("prompt", row.get("prompt"), parts, last=None)
            or messages_fault("chosen", row.get("chosen"), parts, last="assistant")
            or messages_fault("rejected", row.get("rejected"), parts, last="assistant")
        )
    if not isinstance(row.get("label"), bool):
        return "label: expected true or false"
    return messages_fault("prompt", row.get("prompt"), parts, last=None) or messages_fault(
        "completion", row.get("completion"), parts, last="assistant"
    )


def messages_fault(field: str, messages: object, parts: bool, last: str | None) -> str | None:
    """`parts`: beside a column of images every content is a list of parts, else every one is text."""
    if not isinstance(messages, list) or not messages:
        return f"{field}: expected a list of messages"
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return f"{field}[{index}].role: expected one of {sorted(ROLES)}"
        content = message.get("content")
        if not parts and not isinstance(content, str):
            return f"{field}[{index}].content: expected text"
        if parts and not (isinstance(content, list) and all(is_part(part, message["role"]) for part in content)):
            return f"{field}[{index}].content: expected parts of text, and of images by the user alone"
        for call in message.get("tool_calls") or []:
            if not isinstance(call.get("function", {}).get("arguments"), dict):
                return f"{field}[{index}].tool_calls: expected arguments as an object"
    if last is not None and messages[-1]["role"] != last:
        return f"{field}: expected the last message to be the {last}'s, got {messages[-1]['role']}"
    return None


def is_part(part: object, role: str) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") == "image":
        return role == "user"
    return part.get("type") == "text" and isinstance(part.get("text"), str)


def images_fault(row: dict, known: set[str]) -> str | None:
    """Whether a row's images lie in the folder, one for each place."""
    if "images" not in row:
        return None
    images = row["images"]
    unknown = [path for path in images if path not in known]
    if unknown:
        return f"images: expected files that the manifest names, got {unknown[0]}"
    places = sum(
        part["type"] == "image"
        for field in COLUMNS
        for message in row.get(field, [])
        for part in message["content"]
    )
    return None if places == len(images) else f"images: expected {places}, one for each place, got {len(images)}"


def missing_packages(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if importlib.util.find_spec("PIL" if name == "pillow" else name) is None]


def dataset_of(rows: list[dict], folder: Path):
    """Rows as the trainer gets them. Images are opened when a row is read."""
    from datasets import Dataset, Features, Image, Json, List, Value

    pictured = "images" in rows[0]
    text = List({"type": Value("string"), "text": Value("string")}) if pictured else Value("string")
    # Arguments and schemas differ from row to row; as structs all would be given the keys of all.
    messages = List(
        {"role": Value("string"), "content": text, "name": Value("string"), "tool_calls": List(Json())}
    )
    features = {column: messages for column in COLUMNS if column in rows[0]}
    if "label" in rows[0]:
        features["label"] = Value("bool")
    if any("tools" in row for row in rows):
        features["tools"] = List(Json())
    if pictured:
        features["images"] = List(Image())
    whole = [{column: row.get(column) for column in features} for row in rows]
    for row in whole:
        if pictured:
            # A relative path is sought where the process runs, not where the export lies.
            row["images"] = [str((folder / path).resolve()) for path in row["images"]]
    return Dataset.from_list(whole, features=Features(features))


def trainer_for(name: str, *, model, processing_class, splits, folder: Path, settings: dict, lora_rank: int):
    """The trainer that reads this format; nothing has been trained yet."""
    from peft import LoraConfig

    shared = {
        "model": model,
        "processing_class": processing_class,
        "train_dataset": dataset_of(splits["train"], folder),
        "eval_dataset": dataset_of(splits["validation"], folder) if splits.get("validation") else None,
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


def train(arguments: argparse.Namespace, name: str, splits: dict[str, list[dict]]) -> None:
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, AutoProcessor, AutoTokenizer

    pictured = has_images(splits)
    # The trainer knows by its processor that a model sees.
    processing_class = (AutoProcessor if pictured else AutoTokenizer).from_pretrained(arguments.model)
    model_class = AutoModelForImageTextToText if pictured else AutoModelForCausalLM
    model = model_class.from_pretrained(arguments.model, dtype="auto")
    trainer = trainer_for(
        name,
        model=model,
        processing_class=processing_class,
        splits=splits,
        folder=arguments.data,
        settings={
            "output_dir": str(arguments.output),
            "num_train_epochs": arguments.epochs,
            "learning_rate": arguments.learning_rate
            or {"trl-sft": 2e-4, "trl-dpo": 5e-6, "trl-kto": 5e-6}[name],
            "per_device_train_batch_size": arguments.batch_size,
            "gradient_accumulation_steps": arguments.accumulate,
            # A cut through the tokens of an image leaves pixels without places.
            "max_length": None if pictured else arguments.max_length,
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
    processing_class.save_pretrained(arguments.output)
    print(f"Wrote {arguments.output}")


def load_all(splits: dict[str, list[dict]], folder: Path) -> str:
    """Reads every row as the trainer gets it, and every image. Says how many."""
    rows = images = 0
    for split in splits.values():
        for row in dataset_of(split, folder):
            rows += 1
            images += sum(image.width * image.height > 0 for image in row.get("images") or [])
    return f"{rows} rows load, {images} images open" if has_images(splits) else f"{rows} rows load"


def tiny_step(name: str, splits: dict[str, list[dict]], data: Path) -> float:
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
            processing_class=tokenizer,
            splits={"train": splits["train"][:4]},
            folder=data,
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
    parser.add_argument("--max-length", type=int, default=4096, help="tokens; rows with images are not cut")
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
    pictured = has_images(splits)
    with_tools = sum("tools" in row for row in every_row(splits))
    if pictured and with_tools > 0:
        print(f"Note: {with_tools} rows define tools, which TRL (as of 1.16) leaves out of the prompt beside images.")
    to_load = ("datasets", "pillow") if pictured else ("datasets",)
    missing = missing_packages((*PACKAGES, *(["pillow", "torchvision"] if pictured else [])))
    if arguments.check:
        unloaded = missing_packages(to_load)
        if unloaded:
            print(f"Loading: not run, {', '.join(unloaded)} not installed.")
        else:
            print(f"Loading: {load_all(splits, arguments.data)}.")
        if missing:
            print(f"Training step: not run, {', '.join(missing)} not installed.")
        elif pictured:
            print("Training step: not run, rows with images need the processor of a real model.")
        else:
            print(f"Training step on random weights: loss {tiny_step(name, splits, arguments.data):.3f}.")
        return 0
    if missing:
        print(f"Training needs {', '.join(missing)}: pip install -r requirements.txt", file=sys.stderr)
        return 2
    if arguments.model is None:
        example = "Qwen/Qwen3-VL-2B-Instruct, which sees the images" if pictured else "Qwen/Qwen3-0.6B"
        print(f"Training needs --model NAME, e.g. {example}.", file=sys.stderr)
        return 2
    train(arguments, name, splits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
