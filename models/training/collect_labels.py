"""What a picture's own metadata proves about where it came from.

ComfyUI writes its graph into the PNG chunk `prompt`, Automatic1111 and its kin write `parameters` (PNG chunk
or EXIF UserComment): both name the checkpoint. C2PA manifests of generators and cameras are found by name.
"""

import json
import re

# First match wins: special names before general ones.
CHECKPOINTS = [
    (r'flux[-_. ]?2.*klein', 'flux_2_klein'),
    (r'flux[-_. ]?2', 'flux_2_dev'),
    (r'kontext', 'flux_1_kontext'),
    (r'flux.*krea', 'flux_1_krea'),
    (r'schnell', 'flux_1_schnell'),
    (r'flux', 'flux_1_dev'),
    (r'chroma[-_. ]?(unlocked|hd|1|v|radiance)', 'chroma'),
    (r'z[-_ ]?image.*turbo', 'z_image_turbo'),
    (r'z[-_ ]?image', 'z_image'),
    (r'qwen.*edit', 'qwen_image_edit'),
    (r'qwen[-_ ]?image', 'qwen_image'),
    (r'hidream', 'hidream_i1'),
    (r'hunyuan[-_ ]?image', 'hunyuan_image_2'),
    (r'hunyuan[-_ ]?dit', 'hunyuan_dit'),
    (r'kolors', 'kolors'),
    (r'lumina|neta', 'lumina_2'),
    (r'aura[-_ ]?flow', 'auraflow'),
    (r'pixart', 'pixart'),
    (r'sana', 'sana'),
    (r'cogview', 'cogview_4'),
    (r'cosmos', 'cosmos_predict2'),
    (r'wan[-_. ]?2', 'wan_2_2_t2i'),
    (r'omnigen', 'omnigen_2'),
    (r'ernie', 'ernie_image'),
    (r'cascade|stage_[bc]', 'stable_cascade'),
    (r'sd[-_ ]?3[._-]?5.*medium', 'sd_3_5_medium'),
    (r'sd[-_ ]?3[._-]?5.*turbo', 'sd_3_5_turbo'),
    (r'sd[-_ ]?3[._-]?5', 'sd_3_5_large'),
    (r'sd[-_ ]?3|stable[-_ ]?diffusion[-_ ]?3', 'sd_3_medium'),
    (r'illustrious|noobai|noob[-_ ]?xl|wai[-_]|nova[-_ ]?(anime|orange)', 'illustrious_xl'),
    (r'pony', 'pony_xl'),
    (r'(sd)?xl.*(turbo|lightning|hyper|lcm)|turbo.*xl', 'sdxl_turbo'),
    (r'sd_?xl_?(base|refiner)|stable-diffusion-xl|sd_xl|^sdxl(_1\.0|_vae)?(\.safetensors)?$', 'sdxl'),
    (r'xl|animagine|juggernaut|copax|playground', 'sdxl_finetune'),
    (r'sd[-_ ]?turbo', 'sd_turbo'),
    (r'v2[-_.]1|768-?v|sd[-_ ]?2|512-base-ema|stable-diffusion-2', 'sd_2'),
    (r'(^|[\\/])v1-5|sd[-_]?v?1[-_.]?5|stable-diffusion-v?1-?5|v1-5-pruned', 'sd_1_5'),
    (r'(^|[\\/])(sd-)?v1-4|sd[-_]?v?1[-_.]?4', 'sd_1_4'),
    (r'novelai|^nai|animefull', 'novelai_v1'),
    (
        r'dreamshaper|realistic[-_ ]?vision|deliberate|rev[-_ ]?animated|anything|counterfeit|abyss|orangemix|aom'
        r'|chillout|meina|epic[-_ ]?realism|cyber[-_ ]?realistic|absolute[-_ ]?reality|majic|guofeng|protogen'
        r'|openjourney|photon|ghostmix|toonyou|lyriel|azovya|analog|perfect[-_ ]?world|basil|inkpunk|mo-di'
        r'|arcane|vinteprotogen|hassan|elldreth|dreamlike|consistent|architecture|pastel|waifu|wd[-_]|f222'
        r'|cetus|hassaku|mistoon|flat2d|brav6|beautiful|nevereverending|edge|lofi|icbinp|henmix|disney',
        'sd_1_5_finetune',
    ),
]

FAMILIES = [
    (r'unknown', 'unknown'),
    (r'flux_', 'flux'),
    (r'(sd_1|stable_diffusion$|sd_x4)', 'sd_1'),
    (r'(sd_2|sd_turbo)', 'sd_2'),
    (r'sd_3', 'sd_3'),
    (r'(sdxl|illustrious_xl|pony_xl|playground)', 'sdxl'),
    (r'(dalle_3|bing_image_creator)', 'dalle_3'),
    (r'dalle_2', 'dalle_2'),
    (r'dalle_mini', 'dalle_mini'),
    (r'(gpt_|chatgpt)', 'gpt_image'),
    (r'(nano_banana|google_gemini|gemini_)', 'gemini_image'),
    (r'imagen', 'imagen'),
    (r'(midjourney|niji)', 'midjourney'),
    (r'z_image', 'z_image'),
    (r'qwen', 'qwen_image'),
    (r'hidream', 'hidream'),
    (r'hunyuan', 'hunyuan'),
    (r'kandinsky', 'kandinsky'),
    (r'stylegan', 'stylegan'),
    (r'biggan', 'biggan'),
    (r'vqgan', 'vqgan'),
    (r'pixart', 'pixart'),
    (r'cogview|glm_image', 'cogview'),
    (r'(infinity|muse|minDALL|parti|llamagen|janus|emu3|var_|autoregressive)', 'autoregressive'),
    (
        r'(kolors|ideogram|seedream|recraft|firefly|grok|lumina|sana|omnigen|novelai|deepfloyd|stable_cascade'
        r'|leonardo|craiyon|glide|latent_diffusion|disco_diffusion|chroma|krea|auraflow|r3gan|progan)',
        None,
    ),
]

_C2PA_AGENTS = [
    (rb'gpt-image[- ]?2', 'gpt_image_2'),
    (rb'GPT-4o|gpt-image', 'gpt_4o_image'),
    (rb'DALL.{1,2}E', 'dalle_3'),
    (rb'Adobe Firefly|Adobe_Firefly', 'firefly'),
    (rb'Google Generative AI|Made with Google AI', 'google_gemini_image'),
    (rb'Bing Image Creator|Microsoft Designer', 'bing_image_creator'),
    (rb'Titan Image|Amazon Nova|Nova Canvas', 'amazon_titan_g1'),
]


def family_of(generator):
    """The family under which attribution is reported; rare generators are families of their own."""
    for pattern, family in FAMILIES:
        found = re.match(pattern, generator)
        if found:
            return family or found.group(1)
    return 'other'


def generator_of_checkpoint(name):
    """Our name of the generator that a checkpoint's file name speaks of, or None."""
    name = name.lower()
    return next((generator for pattern, generator in CHECKPOINTS if re.search(pattern, name)), None)


def _of_comfy(text):
    try:
        nodes = json.loads(text.replace('NaN', 'null'))
    except ValueError:
        return 'unreadable', ''
    if not isinstance(nodes, dict):
        return 'unreadable', ''
    nodes = [node for node in nodes.values() if isinstance(node, dict)]
    kinds = ' '.join(str(node.get('class_type', '')) for node in nodes)
    if 'LoadImage' in kinds or 'LoadVideo' in kinds:
        return 'edited', kinds
    names = []
    for node in nodes:
        inputs = node.get('inputs')
        for key, value in inputs.items() if isinstance(inputs, dict) else ():
            if isinstance(value, str) and re.search(r'ckpt|unet|model_name|^model$|base_model', key):
                if not re.search(r'upscale|esrgan|control|clip|lora|vae|ipadapter', value.lower()):
                    names.append(value)
    for name in names:
        generator = generator_of_checkpoint(name)
        if generator:
            return generator, name
    return ('unknown', names[0]) if names else ('unreadable', '')


def _of_a1111(text):
    if re.search(r'Mask blur|Inpaint', text):
        return 'edited', ''
    found = re.search(r'(?:^|, |\n)Model: ([^,\n]+)', text)
    name = found.group(1) if found else ''
    if name and generator_of_checkpoint(name):
        return generator_of_checkpoint(name), name
    if 'Steps:' not in text:
        return 'unreadable', ''
    return 'unknown', name


def evidence(image, data):
    """What the file says of itself.

    image: an opened (not necessarily decoded) Pillow image of `data`.
    Returns {'generator': name, 'unknown', 'edited' (an input picture was used), 'unreadable' or None,
    'checkpoint', 'camera': EXIF make and model, 'notes'}.
    """
    info = {key: value for key, value in image.info.items() if isinstance(value, str)}
    notes, generator, checkpoint = [], None, ''
    if image.format == 'PNG':
        notes += [f'png_text={key}' for key in info]
    try:
        exif = image.getexif()
        make, model, software = (str(exif.get(tag, '')).strip('\0 ') for tag in (0x10F, 0x110, 0x131))
        comment = exif.get_ifd(0x8769).get(0x9286, b'')
    except Exception:  # damaged EXIF says nothing
        make = model = software = comment = ''
    if isinstance(comment, bytes):
        raw = comment[8:] if comment[:7] == b'UNICODE' else comment
        comment = raw.decode('utf-16-be' if raw[:1] == b'\0' else 'utf-16-le' if raw[1:2] == b'\0' else 'latin-1', 'replace')
    for key, value in (('make', make), ('model', model), ('software', software)):
        if value:
            notes.append(f'{key}=' + re.sub(r'[\s;]+', ' ', value)[:40])
    if 'prompt' in info and '{' in info['prompt']:
        generator, checkpoint = _of_comfy(info['prompt'])
    elif 'parameters' in info or 'Steps:' in str(comment):
        generator, checkpoint = _of_a1111(info.get('parameters') or comment)
    elif info.get('Software') == 'NovelAI' or info.get('Title') == 'AI generated image':
        generator = 'novelai_v1'
    elif {'Dream', 'invokeai_metadata', 'sd-metadata'} & set(info):
        generator = 'unknown'
    if b'c2pa' in data or b'jumbf' in data:
        notes.append('c2pa')
        agent = next((name for pattern, name in _C2PA_AGENTS if re.search(pattern, data)), None)
        generator = generator or agent
    if b'trainedAlgorithmicMedia' in data:
        notes.append('iptc_ai')
        generator = generator or 'unknown'
    camera = f'{make} {model}'.strip()
    return {'generator': generator, 'checkpoint': checkpoint, 'camera': camera, 'notes': ';'.join(notes)}
