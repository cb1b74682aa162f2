/** Luhn's sum: every second digit from the right counts double. */
const luhn = (digits: string): number =>
  [...digits].toReversed().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return sum + (value > 9 ? value - 9 : value)
  }, 0)

/** Whether a text is what is printed on a card: 13 to 19 digits with a Luhn sum, perhaps in groups (S63). */
export const isCardNumber = (text: string): boolean => {
  const digits = text.replaceAll(/[ -]/g, '')
  return /^\d{13,19}$/.test(digits) && luhn(digits) % 10 === 0
}
