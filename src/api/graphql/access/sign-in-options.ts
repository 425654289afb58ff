import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../server/context.ts';
import { OPENID_CONNECT_PATH } from '../server/openid-connect.ts';
import { Url } from '../server/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'Sign-in at an OpenID Connect issuer.' })
class OpenIdConnectOption {
  @Field(() => String, { description: 'What to call it on the page.' })
  name!: string;

  @Field(() => Url, {
    description:
      'Where to send the browser. With `?returnTo=/path` it comes back to that path of this server, signed in, or with `signInError` in its query: `refused`, `expired` or `unavailable`.',
  })
  url!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The ways in which people can sign in with a browser.' })
class SignInOptions {
  @Field(() => Boolean, { description: 'Whether they can with a password, by `POST /graphql/session`.' })
  password!: boolean;

  @Field(() => OpenIdConnectOption, {
    nullable: true,
    description: 'How they can at an issuer; null if there is none.',
  })
  openIdConnect!: OpenIdConnectOption | null;
}

@Resolver()
export class SignInOptionsResolver {
  @Query(() => SignInOptions, {
    description:
      'The ways in which people can sign in with a browser. Needs no sign-in, in a `POST` with this field alone.',
  })
  signInOptions(@Ctx() { signInWays, baseUrl }: GraphqlContext): SignInOptions {
    const { password, openIdConnect } = signInWays;
    return {
      password,
      openIdConnect: openIdConnect
        ? { name: openIdConnect, url: `${baseUrl}/graphql${OPENID_CONNECT_PATH}` }
        : null,
    };
  }
}
