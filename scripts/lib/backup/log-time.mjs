/** A time as mariadb-binlog lists it in the zone UTC: `261201  3:31:34`. */
export const logTime = (text) => {
  const [, year, month, day, hour, minute, second] =
    /^(\d\d)(\d\d)(\d\d) +(\d+):(\d\d):(\d\d)$/.exec(text)
  return new Date(Date.UTC(2000 + Number(year), month - 1, day, hour, minute, second))
}
