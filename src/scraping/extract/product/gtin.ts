/** A GTIN (8, 12, 13 or 14 digits, ISBN-13 among them) with a right check digit, or undefined. */
export function validGtin(value: string): string | undefined {
  const digits = value.slice(0, 40).replace(/^(gtin|ean|upc|isbn)[\s:-]*/i, "").replace(/[\s-]/g, "");
  if (!/^(\d{8}|\d{12,14})$/.test(digits) || /^0+$/.test(digits)) return undefined;
  let sum = 0;
  for (let i = digits.length - 2, weight = 3; i >= 0; i--, weight = 4 - weight) {
    sum += Number(digits[i]) * weight;
  }
  return (10 - sum % 10) % 10 === Number(digits[digits.length - 1]) ? digits : undefined;
}
