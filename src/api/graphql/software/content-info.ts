import { Field, ObjectType } from 'type-graphql';
import type { ContentInfo } from '../../../services/software/content-info/content-info.ts';
import { enumOf } from '../server/enums.ts';

const ArtifactFormat = enumOf<ContentInfo['format']>('ArtifactFormat', 'For which program an update is.', {
  swu: 'SWUpdate: an archive that begins with its description.',
  rauc: 'RAUC: a bundle with a signature at its end.',
});

@ObjectType({ simpleResolvers: true, description: 'What an update tells about itself.' })
export class ArtifactContentInfo implements ContentInfo {
  @Field(() => ArtifactFormat, { description: 'For which program it is.' })
  format!: ContentInfo['format'];

  @Field(() => String, { nullable: true, description: 'Its version.' })
  version!: string | null;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => [String], {
    description: 'The hardware it is for, as it names it; of a RAUC bundle what it is compatible with.',
  })
  hardwareCompatibility!: string[];

  @Field(() => String, { nullable: true, description: 'What of it could not be read, and why.' })
  problem!: string | null;
}
