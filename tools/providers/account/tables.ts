import { type Body, Fault } from "./fault.ts";
import type { Moto } from "./moto.ts";

/** DynamoDB with copies of a table in other regions: moto takes the call and copies nothing. */
export class Tables {
  readonly #moto: Moto;
  /** Copies by table and region, the first one's own among them. */
  readonly #copies = new Map<string, Map<string, Body>>();

  constructor(moto: Moto) {
    this.#moto = moto;
  }

  /** @throws Fault */
  async answer(region: string, action: string, body: Body): Promise<Body> {
    const name = body.TableName?.replace(/^arn:.*:table\//, "");
    if (action === "UpdateTable" && body.ReplicaUpdates) {
      const { ReplicaUpdates, ...rest } = body;
      for (const update of ReplicaUpdates) await this.#copy(region, name, update);
      if (Object.keys(rest).length > 1) await this.#moto.dynamoDb(region, action, rest);
      const { Table } = await this.answer(region, "DescribeTable", { TableName: name });
      return { TableDescription: Table };
    }
    const answer = await this.#moto.dynamoDb(region, action, body);
    const table = answer.Table ?? answer.TableDescription;
    const copies = this.#copies.get(name);
    if (!table || !copies) return answer;
    table.Replicas = [...copies]
      .filter(([each]) => each !== region)
      .map(([RegionName, { KMSMasterKeyId }]) => ({
        RegionName,
        ReplicaStatus: "ACTIVE",
        ...(KMSMasterKeyId && { KMSMasterKeyId }),
      }));
    return answer;
  }

  async #copy(home: string, name: string, { Create, Update, Delete }: Body): Promise<void> {
    const copies = this.#copies.get(name) ?? new Map([[home, {}]]);
    this.#copies.set(name, copies);
    if (Create) {
      await this.#create(home, name, Create);
      copies.set(Create.RegionName, Create);
    }
    if (Update) copies.set(Update.RegionName, { ...copies.get(Update.RegionName), ...Update });
    if (Delete) {
      await this.#moto.dynamoDb(Delete.RegionName, "DeleteTable", { TableName: name });
      copies.delete(Delete.RegionName);
    }
  }

  async #create(home: string, TableName: string, asked: Body): Promise<void> {
    const { Table } = await this.#moto.dynamoDb(home, "DescribeTable", { TableName });
    const { RegionName, KMSMasterKeyId } = asked;
    if (!Table.StreamSpecification?.StreamEnabled) {
      throw new Fault(400, "ValidationException", "A replica needs a stream of new and old images");
    }
    if (KMSMasterKeyId && !KMSMasterKeyId.includes(`:${RegionName}:`)) {
      const why = `The key ${KMSMasterKeyId} is not in ${RegionName}`;
      throw new Fault(400, "ValidationException", why);
    }
    const { KeySchema, AttributeDefinitions, StreamSpecification } = Table;
    await this.#moto.dynamoDb(RegionName, "CreateTable", {
      ...{ TableName, KeySchema, AttributeDefinitions, StreamSpecification },
      BillingMode: "PAY_PER_REQUEST",
      ...(KMSMasterKeyId && {
        SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId },
      }),
    });
  }
}
