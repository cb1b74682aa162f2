const luhn = (digits: string): boolean => {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/**
 * Whether a text holds what reads as a card number: 12 to 19 digits, perhaps in groups, whose last one is their Luhn check digit
 * (ISO/IEC 7812-1).
 */
export const holdsCardNumber = (text: string): boolean => {
  const runs = text.match(/\d(?:[ -]?\d){11,18}(?!\d)/g) ?? []
  return runs.some((run) => luhn(run.replaceAll(/[ -]/g, '')))
}
