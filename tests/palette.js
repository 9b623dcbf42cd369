/* A picture of a page with at most `most` colours: a quarter of the bytes, and no letter looks different.

   (base64 of a PNG, most) => base64 of a PNG with a palette. The commonest colours stay exactly as they are, but of two that
   nobody tells apart only one; every other (an edge of a letter, a shadow) becomes the nearest of them. Runs in the
   browser that took the picture: nothing to install. */

async (picture, most) => {
  const NEAR = 40; // squared steps between two colours of the palette
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const {width, height} = image;
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const pixels = new Uint32Array(drawing.getImageData(0, 0, width, height).data.buffer);

  const many = new Map();
  for (const pixel of pixels) many.set(pixel, (many.get(pixel) ?? 0) + 1);
  const colours = [...many].sort((a, b) => b[1] - a[1]).map(([pixel]) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel]);
  const apart = (one, other) => (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
  const chosen = [];
  for (const colour of colours) if (chosen.length < most && chosen.every((other) => apart(colour, other) >= NEAR)) chosen.push(colour);
  const nearest = (colour) => chosen.reduce((best, other, at) => (apart(colour, other) < apart(colour, chosen[best]) ? at : best), 0);
  const place = new Map(colours.map((colour) => [colour[3], nearest(colour)]));

  const rows = new Uint8Array((width + 1) * height); // each row begins with a zero: no filter
  for (let at = 0; at < pixels.length; at += 1) rows[at + Math.floor(at / width) + 1] = place.get(pixels[at]);
  const packed = new Uint8Array(await new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer());

  const table = Array.from({length: 256}, (_, n) => {
    for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const check = (data) => ~data.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), ~0) >>> 0;
  const four = (n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  const chunk = (name, data) => {
    const body = [...new TextEncoder().encode(name), ...data];
    return [...four(data.length), ...body, ...four(check(body))];
  };
  const whole = [137, 80, 78, 71, 13, 10, 26, 10, ...chunk("IHDR", [...four(width), ...four(height), 8, 3, 0, 0, 0]),
    ...chunk("PLTE", chosen.flatMap((colour) => colour.slice(0, 3))), ...chunk("IDAT", packed), ...chunk("IEND", [])];
  let text = "";
  for (const byte of whole) text += String.fromCharCode(byte);
  return btoa(text);
}
