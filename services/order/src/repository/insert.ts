import type { EntityManager, EntitySchema, ObjectLiteral } from 'typeorm'

/** Writes rows in one statement. Without `updateEntity(false)` TypeORM would read generated columns back. */
export const insertAll = async <Row extends ObjectLiteral>(
  tx: EntityManager,
  into: EntitySchema<Row>,
  rows: readonly Row[],
): Promise<void> => {
  await tx
    .createQueryBuilder()
    .insert()
    .into(into)
    .values([...rows] as never)
    .updateEntity(false)
    .execute()
}
