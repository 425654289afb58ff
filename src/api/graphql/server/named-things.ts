import { Field, InputType, ObjectType } from 'type-graphql';
import { AUTHORED_ORDER, AuthoredNumberedNode } from './building-blocks.ts';
import { type IdInput, idInput } from './mutations.ts';
import { Color } from './scalars.ts';

/* What tags of targets and of sets have in common, and what types of modules and of sets have. */

const COLOR = 'The color that consoles show it in, for example #1d7cf2.';

@ObjectType({ simpleResolvers: true, description: 'A word that things can be marked with.' })
export abstract class Tag extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the tenant; filters ask for it as `tag`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Color, { nullable: true, description: 'The color that consoles show it in.' })
  color!: string | null;
}

export const TAG_ORDER = {
  ...AUTHORED_ORDER,
  name: 'By the name.',
  description: 'By the description.',
  color: 'By the color.',
};

/** A tag to create. */
@InputType({ description: 'A tag to create.' })
export abstract class TagInput {
  @Field(() => String, { description: 'Its name, unique in the tenant: at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => Color, { nullable: true, description: COLOR })
  color?: string | null;
}

export interface LooksUpdate extends IdInput {
  description?: string | null;
  color?: string | null;
}

/** The class of inputs that change how a thing of that type is described. */
export function looksUpdate(type: string): abstract new () => LooksUpdate {
  @InputType(`${type}LooksInput`, { description: 'How a thing is described.' })
  abstract class Looks extends idInput(type) implements LooksUpdate {
    @Field(() => String, { nullable: true, description: 'Its new description; null for none.' })
    description?: string | null;

    @Field(() => Color, { nullable: true, description: 'Its new color; null for none.' })
    color?: string | null;
  }
  return Looks;
}

export interface NameUpdate extends LooksUpdate {
  name?: string;
}

/** The same with the name. */
export function nameUpdate(type: string): abstract new () => NameUpdate {
  @InputType(`${type}NameInput`, { description: 'How a thing is named and described.' })
  abstract class Named extends looksUpdate(type) implements NameUpdate {
    @Field(() => String, { nullable: true, description: 'Its new name.' })
    name?: string;
  }
  return Named;
}

@ObjectType({ simpleResolvers: true, description: 'A kind of software.' })
export abstract class TypeOfSoftware extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its key, unique in the tenant. It never changes.' })
  key!: string;

  @Field(() => String, { description: 'Its name, unique in the tenant. It never changes.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Color, { nullable: true, description: 'The color that consoles show it in.' })
  color!: string | null;

  @Field(() => Boolean, { description: 'Whether it was deleted while in use: nothing new can use it.' })
  deleted!: boolean;
}

@InputType({ description: 'A kind of software to create.' })
export abstract class TypeOfSoftwareInput {
  @Field(() => String, { description: 'Its key, unique in the tenant: at most 64 characters.' })
  key!: string;

  @Field(() => String, { description: 'Its name, unique in the tenant: at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => Color, { nullable: true, description: COLOR })
  color?: string | null;
}
