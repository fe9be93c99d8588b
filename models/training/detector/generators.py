"""How the manifest names a generator logit. One logit is one family: its versions share their last stages and can not
be told apart reliably, so the network does not pretend to."""

# family: (display name with the versions it stands for, vendor)
NAMES = {
    "autoregressive": (
        "Autoregressive image models (Infinity, Muse, Parti, LlamaGen, Janus, Emu3)",
        "various",
    ),
    "auraflow": ("AuraFlow", "Fal"),
    "biggan": ("BigGAN", "DeepMind"),
    "chroma": ("Chroma", "Lodestone Rock"),
    "cogview": ("CogView, GLM-Image", "Zhipu AI"),
    "craiyon": ("Craiyon", "Craiyon"),
    "dalle_2": ("DALL·E 2", "OpenAI"),
    "dalle_3": ("DALL·E 3, Bing Image Creator", "OpenAI"),
    "dalle_mini": ("DALL·E mini", "Boris Dayma et al."),
    "deepfloyd": ("DeepFloyd IF", "Stability AI"),
    "disco_diffusion": ("Disco Diffusion", "open source"),
    "firefly": ("Firefly", "Adobe"),
    "flux": ("FLUX.1, FLUX.2", "Black Forest Labs"),
    "gemini_image": ("Gemini image, Nano Banana", "Google"),
    "glide": ("GLIDE", "OpenAI"),
    "gpt_image": ("GPT-Image, GPT-4o image", "OpenAI"),
    "grok": ("Grok Imagine, Aurora", "xAI"),
    "hidream": ("HiDream", "HiDream.ai"),
    "hunyuan": ("HunyuanDiT, HunyuanImage", "Tencent"),
    "ideogram": ("Ideogram", "Ideogram"),
    "imagen": ("Imagen", "Google"),
    "kandinsky": ("Kandinsky", "Sber"),
    "kolors": ("Kolors", "Kuaishou"),
    "krea": ("Krea", "Krea"),
    "latent_diffusion": ("Latent Diffusion", "CompVis"),
    "leonardo": ("Leonardo", "Leonardo.Ai"),
    "lumina": ("Lumina-Image", "Alpha-VLLM"),
    "midjourney": ("Midjourney, niji", "Midjourney"),
    "novelai": ("NovelAI Diffusion", "Anlatan"),
    "omnigen": ("OmniGen", "BAAI"),
    "pixart": ("PixArt", "Huawei Noah's Ark"),
    "progan": ("ProGAN", "NVIDIA"),
    "qwen_image": ("Qwen-Image", "Alibaba"),
    "recraft": ("Recraft", "Recraft"),
    "sana": ("Sana", "NVIDIA"),
    "sd_1": ("Stable Diffusion 1.x and its fine-tunes", "Stability AI"),
    "sd_2": ("Stable Diffusion 2.x", "Stability AI"),
    "sd_3": ("Stable Diffusion 3, 3.5", "Stability AI"),
    "sdxl": ("SDXL, its turbo versions and fine-tunes", "Stability AI"),
    "seedream": ("Seedream", "ByteDance"),
    "stable_cascade": ("Stable Cascade", "Stability AI"),
    "stylegan": ("StyleGAN 1 to 3", "NVIDIA"),
    "vqgan": ("VQGAN", "CompVis"),
    "z_image": ("Z-Image", "Alibaba Tongyi"),
    "other": ("Another generator", ""),
}


def manifest_entries(families: list[str]) -> list[dict]:
    """id, family, display_name and vendor of each generator logit, in order."""
    entries = []
    for family in families:
        name, vendor = NAMES.get(family, (family.replace("_", " "), ""))
        entries.append(
            {"id": family, "family": family, "display_name": name, **({"vendor": vendor} if vendor else {})}
        )
    return entries


# The logits of a network in training, in order. Fixed, so that a run can go on when data of another family arrives;
# `export.py` leaves out the families that were too few.
FAMILIES = [*sorted(name for name in NAMES if name != "other"), "other"]
