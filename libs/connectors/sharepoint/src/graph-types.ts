/** The parts of Microsoft Graph's answers that are read. Nearly everything may be missing, whatever the pages say. */
export interface Identity {
  readonly id?: string | null;
  readonly displayName?: string | null;
  readonly loginName?: string | null;
  readonly email?: string | null;
}

/** Of these only one or two are given: `user` beside `siteUser`, `group` beside `siteUser`, `siteGroup` alone. */
export interface IdentitySet {
  readonly user?: Identity | null;
  readonly group?: Identity | null;
  readonly siteGroup?: Identity | null;
  readonly siteUser?: Identity | null;
  readonly application?: Identity | null;
  readonly device?: Identity | null;
}

export interface Permission {
  readonly id?: string;
  readonly roles?: readonly string[] | null;
  readonly expirationDateTime?: string | null;
  readonly hasPassword?: boolean | null;
  readonly grantedToV2?: IdentitySet | null;
  readonly grantedToIdentitiesV2?: readonly IdentitySet[] | null;
  /** Deprecated by the service, still the only one in some answers. */
  readonly grantedTo?: IdentitySet | null;
  readonly grantedToIdentities?: readonly IdentitySet[] | null;
  readonly inheritedFrom?: { readonly id?: string | null; readonly driveId?: string | null } | null;
  readonly link?: { readonly scope?: string | null; readonly type?: string | null } | null;
  readonly invitation?: object | null;
}

export interface DriveItem {
  readonly id: string;
  readonly name?: string | null;
  readonly size?: number | null;
  readonly webUrl?: string | null;
  readonly eTag?: string | null;
  readonly cTag?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly createdBy?: IdentitySet | null;
  readonly lastModifiedBy?: IdentitySet | null;
  readonly parentReference?: { readonly id?: string | null; readonly path?: string | null } | null;
  readonly file?: {
    readonly mimeType?: string | null;
    readonly hashes?: { readonly quickXorHash?: string | null } | null;
  } | null;
  readonly folder?: object | null;
  readonly package?: { readonly type?: string | null } | null;
  readonly root?: object | null;
  readonly deleted?: object | null;
  readonly malware?: object | null;
  readonly remoteItem?: object | null;
}

export interface Site {
  readonly id: string;
  readonly displayName?: string | null;
  readonly name?: string | null;
  readonly webUrl?: string | null;
  readonly isPersonalSite?: boolean | null;
}

export interface Drive {
  readonly id: string;
  readonly name?: string | null;
  readonly webUrl?: string | null;
}

export interface SiteList {
  readonly id: string;
  readonly displayName?: string | null;
  readonly webUrl?: string | null;
  readonly list?: { readonly template?: string | null; readonly hidden?: boolean | null } | null;
}

export interface ListItem {
  readonly id: string;
  readonly eTag?: string | null;
  readonly webUrl?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly createdBy?: IdentitySet | null;
  readonly lastModifiedBy?: IdentitySet | null;
  readonly deleted?: object | null;
  readonly fields?: Readonly<Record<string, unknown>> | null;
}

export interface SitePage {
  readonly id: string;
  readonly name?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly eTag?: string | null;
  readonly webUrl?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly createdBy?: IdentitySet | null;
  readonly lastModifiedBy?: IdentitySet | null;
  readonly canvasLayout?: CanvasLayout | null;
}

export interface CanvasLayout {
  readonly horizontalSections?: readonly { readonly columns?: readonly Column[] | null }[] | null;
  readonly verticalSection?: Column | null;
}

interface Column {
  readonly webparts?: readonly WebPart[] | null;
}

export interface WebPart {
  readonly innerHtml?: string | null;
  readonly data?: {
    readonly title?: string | null;
    readonly serverProcessedContent?: {
      readonly searchablePlainTexts?: readonly { readonly value?: string | null }[] | null;
    } | null;
  } | null;
}

export interface GraphUser {
  readonly id: string;
  readonly displayName?: string | null;
  readonly mail?: string | null;
  readonly userPrincipalName?: string | null;
  readonly userType?: string | null;
  readonly accountEnabled?: boolean | null;
}

export interface GraphGroup {
  readonly id: string;
  readonly displayName?: string | null;
  readonly visibility?: string | null;
}

export interface GraphMember {
  readonly '@odata.type'?: string | null;
  readonly id: string;
}

export interface Subscription {
  readonly id: string;
  readonly resource?: string | null;
  readonly notificationUrl?: string | null;
  readonly expirationDateTime?: string | null;
}

export interface Page<T> {
  readonly value?: readonly T[] | null;
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}
