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


# Versions and products that one logit stands for; the manifest says so, and that they are not told apart.
VERSIONS = {
    "autoregressive": ("Infinity", "Muse", "Parti", "LlamaGen", "Janus", "Emu3", "minDALL-E"),
    "cogview": ("CogView 3", "CogView 4", "GLM-Image"),
    "dalle_3": ("DALL·E 3", "Bing Image Creator"),
    "flux": ("FLUX.1 schnell", "FLUX.1 dev", "FLUX.1 Krea", "FLUX.2 klein", "FLUX.2 dev", "FLUX.2 pro"),
    "gemini_image": ("Gemini image", "Nano Banana", "Nano Banana Pro"),
    "gpt_image": ("GPT-4o image", "ChatGPT image", "GPT-Image 1", "GPT-Image 2"),
    "grok": ("Grok Imagine", "Aurora"),
    "hidream": ("HiDream-I1", "HiDream-O1"),
    "hunyuan": ("HunyuanDiT", "HunyuanImage 2", "HunyuanImage 3"),
    "ideogram": ("Ideogram 2", "Ideogram 4"),
    "kandinsky": ("Kandinsky 2", "Kandinsky 3", "Kandinsky 5"),
    "lumina": ("Lumina-Next", "Lumina-Image 2", "Lumina-DiMOO"),
    "midjourney": ("Midjourney of any version", "niji"),
    "omnigen": ("OmniGen", "OmniGen 2"),
    "pixart": ("PixArt-α", "PixArt-Σ"),
    "sd_1": ("Stable Diffusion 1.4", "Stable Diffusion 1.5", "fine-tunes"),
    "sd_2": ("Stable Diffusion 2.0", "Stable Diffusion 2.1"),
    "sd_3": ("Stable Diffusion 3 Medium", "Stable Diffusion 3.5 Medium", "Stable Diffusion 3.5 Large"),
    "sdxl": ("SDXL", "SDXL Turbo and other distilled ones", "Playground 2", "Illustrious", "fine-tunes"),
    "stylegan": ("StyleGAN", "StyleGAN2", "StyleGAN3"),
}


def manifest_entries(families: list[str]) -> list[dict]:
    """id, family, display_name, vendor and the versions that are not told apart of each generator logit, in order."""
    entries = []
    for family in families:
        name, vendor = NAMES.get(family, (family.replace("_", " "), ""))
        entry = {"id": family, "family": family, "display_name": name}
        if vendor:
            entry["vendor"] = vendor
        if family in VERSIONS:
            entry["versions_not_told_apart"] = list(VERSIONS[family])
        entries.append(entry)
    return entries


# The logits of a network in training, in order. Fixed, so that a run can go on when data of another family arrives;
# `export.py` leaves out the families that were too few.
FAMILIES = [*sorted(name for name in NAMES if name != "other"), "other"]
