/**
 * How deep JSON text is nested, without parsing it: one pass over its characters, strings skipped. Stops counting
 * beyond `limit`. Text that is not JSON gets some number and is refused by the parser afterwards.
 */
export function jsonDepth(text: string, limit: number): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: on to its closing quote
        for (i++; i < text.length; i++) {
          const code = text.charCodeAt(i);
          if (code === 0x5c) i++;
          else if (code === 0x22) break;
        }
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) deepest = depth;
        if (deepest > limit) return deepest;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return deepest;
}
