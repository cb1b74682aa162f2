import { bath } from './bath.mjs'
import { garden } from './garden.mjs'
import { grocery } from './grocery.mjs'
import { home } from './home.mjs'
import { kitchen } from './kitchen.mjs'
import { outdoor } from './outdoor.mjs'
import { pets } from './pets.mjs'
import { stationery } from './stationery.mjs'
import { table } from './table.mjs'
import { toys } from './toys.mjs'
import { wardrobe } from './wardrobe.mjs'
import { workshop } from './workshop.mjs'

/** The shop's departments, each a map from type (the leaf category) to its products. */
export const departments = {
  Grocery: grocery,
  Kitchen: kitchen,
  Table: table,
  Home: home,
  Stationery: stationery,
  Garden: garden,
  Bath: bath,
  Toys: toys,
  Wardrobe: wardrobe,
  Outdoor: outdoor,
  Pets: pets,
  Workshop: workshop,
}
