"""Unusual files that real encoders and cameras make."""

from typing import Final

from tests.support.hostile.kit import Kit, Samples

SAMPLES: Final = Samples()

_ANY: Final = "."
_X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def _pattern(size: str = "128x72", rate: str = "30") -> str:
    return f"testsrc2=size={size}:rate={rate}"


@SAMPLES.add(refused="codec magicyuv is not accepted", suffix=".mkv")
async def _rarely_used_decoder(kit: Kit) -> bytes:
    return await kit.clip("rare.mkv", "-c:v", "magicyuv")


@SAMPLES.add(refused="begins with|no readable", suffix=".avi")
async def _rarely_used_container(kit: Kit) -> bytes:
    return await kit.clip("rare.avi", "-c:v", "magicyuv")


@SAMPLES.add(refused="codec .* is not accepted", suffix=".mov")
async def _bare_pixels(kit: Kit) -> bytes:
    return await kit.clip("bare.mov", "-c:v", "rawvideo", "-frames:v", "2")


@SAMPLES.add(refused="too large", heavy=True)
async def _pictures_of_a_gigabyte(kit: Kit) -> bytes:
    return await kit.clip("bomb.mp4", *_X264, "-frames:v", "1", pattern="color=c=black:size=8192x8192:rate=30")


@SAMPLES.add(heavy=True)
async def _one_hour_in_a_nutshell(kit: Kit) -> bytes:
    """36,000 frames of one colour."""
    pattern = "color=c=red:size=64x36:rate=10"
    return await kit.clip("hour.mp4", *_X264, "-g", "36000", "-t", "3600", pattern=pattern)


@SAMPLES.add(refused="frame rate", heavy=True)
async def _a_picture_every_hour(kit: Kit) -> bytes:
    return await kit.clip("slow.mkv", *_X264, "-t", "36000", pattern=_pattern(rate="1/3600"))


@SAMPLES.add(refused="frame rate")
async def _five_hundred_a_second(kit: Kit) -> bytes:
    return await kit.clip("fast500.mp4", *_X264, pattern=_pattern(rate="500"))


@SAMPLES.add()
async def _one_a_second(kit: Kit) -> bytes:
    return await kit.clip("slow1.mp4", *_X264, "-t", "5", pattern=_pattern(rate="1"))


@SAMPLES.add()
async def _two_hundred_and_forty_a_second(kit: Kit) -> bytes:
    return await kit.clip("fast240.mp4", *_X264, pattern=_pattern(rate="240"))


@SAMPLES.add()
async def _sparse_variable_rate(kit: Kit) -> bytes:
    kept = "select='lt(n,10)+eq(n,150)+gt(n,290)'"
    return await kit.clip("sparse.mp4", "-t", "10", "-vf", kept, "-fps_mode", "vfr", *_X264)


@SAMPLES.add()
async def _a_single_picture(kit: Kit) -> bytes:
    return await kit.clip("single.mp4", *_X264, "-frames:v", "1")


@SAMPLES.add(refused="too small")
async def _a_single_pixel(kit: Kit) -> bytes:
    return await kit.clip("pixel.mkv", "-c:v", "mjpeg", "-pix_fmt", "yuvj444p", pattern="color=c=red:size=1x1:rate=30")


@SAMPLES.add()
async def _odd_in_both_directions(kit: Kit) -> bytes:
    return await kit.clip("odd.mkv", "-c:v", "mjpeg", "-pix_fmt", "yuvj444p", pattern=_pattern("131x73"))


@SAMPLES.add()
async def _upright(kit: Kit) -> bytes:
    return await kit.clip("upright.mp4", *_X264, pattern=_pattern("72x128"))


@SAMPLES.add()
async def _deep_colours(kit: Kit) -> bytes:
    colours = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    return await kit.clip("deep.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", *colours)


@SAMPLES.add()
async def _full_colours(kit: Kit) -> bytes:
    return await kit.clip("full.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")


@SAMPLES.add(suffix=".webm")
async def _see_through(kit: Kit) -> bytes:
    alpha = ("-vf", "format=yuva420p,geq=lum='p(X,Y)':a='X'", "-c:v", "libvpx-vp9", "-cpu-used", "8")
    return await kit.clip("alpha.webm", *alpha, "-deadline", "realtime", "-t", "0.4")


@SAMPLES.add(suffix=".mkv")
async def _of_the_newest_codec(kit: Kit) -> bytes:
    return await kit.clip("new.mkv", "-c:v", "libsvtav1", "-preset", "12", "-t", "0.4", pattern=_pattern("128x128"))


@SAMPLES.add(suffix=".mov")
async def _of_an_editor_s_codec(kit: Kit) -> bytes:
    return await kit.clip("editor.mov", "-c:v", "prores_ks", "-t", "0.4")


@SAMPLES.add()
async def _interlaced(kit: Kit) -> bytes:
    return await kit.clip("fields.mp4", *_X264, "-x264-params", "interlaced=1", pattern=_pattern("128x96"))


@SAMPLES.add()
async def _begins_late(kit: Kit) -> bytes:
    return await kit.remade("late.mp4", "-c", "copy", "-output_ts_offset", "1000")


@SAMPLES.add()
async def _begins_before_zero_with_reordering(kit: Kit) -> bytes:
    reordered = ("-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p", "-avoid_negative_ts", "disabled")
    return await kit.clip("reordered.mp4", *reordered, "-output_ts_offset", "-0.5")


@SAMPLES.add(refused="no picture", suffix=".m4a")
async def _sound_alone(kit: Kit) -> bytes:
    return await kit.remade("sound.m4a", "-vn", "-c:a", "copy")


@SAMPLES.add(refused="no picture", suffix=".m4a")
async def _sound_with_a_cover(kit: Kit) -> bytes:
    cover = ("-map", "0:a", "-map", "0:v", "-c:a", "copy", "-c:v", "mjpeg", "-frames:v", "1")
    return await kit.remade("cover.m4a", *cover, "-disposition:v", "attached_pic")


@SAMPLES.add()
async def _a_cover_before_the_picture(kit: Kit) -> bytes:
    still = kit.folder / "cover.jpg"
    await kit.clip("cover.jpg", "-frames:v", "1", pattern="color=c=lime:size=64x64:rate=1")
    covered = ("-i", still, "-map", "1:v", "-map", "0:v", "-c", "copy", "-disposition:v:0", "attached_pic")
    return await kit.remade("covered.mp4", *covered)


@SAMPLES.add()
async def _sound_in_twenty_four_channels(kit: Kit) -> bytes:
    spread = ("-c:v", "copy", "-af", "aformat=channel_layouts=mono,pan=24c|c23=c0", "-c:a", "pcm_s16le")
    return await kit.remade("spread.mkv", *spread)


@SAMPLES.add(refused="begins with", suffix=".ts")
async def _transport_stream(kit: Kit) -> bytes:
    """Valid, but not accepted as a download."""
    return kit.ts
