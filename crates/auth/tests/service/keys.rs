use crate::house::{BASIC, FABRIKAM, House, key, keys, request};

#[tokio::test]
async fn a_new_key_comes_first_and_the_old_one_still_opens() {
    let mut house = House::empty().await;
    let (old, new) = (key("old"), key("new"));
    house.start(keys(&old)).await;
    let first = house.add(request("First")).await.unwrap().id;
    house.stop().await;
    house.start(keys(&format!("{new}\n{old}"))).await;
    let second = house.add(request("Second")).await.unwrap().id;
    for connection in [&first, &second] {
        let reply = house.token(connection, FABRIKAM, "").await.unwrap();
        assert_eq!(reply.credentials, BASIC);
    }
    let used = house.sql("SELECT string_agg(key_id, ' ' ORDER BY key_id) FROM auth.secrets");
    assert_eq!(used.await, "new old");
}

#[tokio::test]
async fn without_its_key_a_connection_says_which_one_is_missing_and_the_others_go_on() {
    let mut house = House::empty().await;
    let (lost, kept) = (key("lost"), key("kept"));
    house.start(keys(&lost)).await;
    let first = house.add(request("First")).await.unwrap().id;
    house.stop().await;
    house.start(keys(&kept)).await;
    let reply = house.token(&first, FABRIKAM, "").await.unwrap();
    assert!(
        reply.error.contains("`lost`") && reply.error.contains("ADIT_KEYS"),
        "{reply:?}"
    );
    let second = house.add(request("Second")).await.unwrap().id;
    let reply = house.token(&second, FABRIKAM, "").await.unwrap();
    assert_eq!(reply.credentials, BASIC);
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_connection_does_not_open() {
    let house = House::new().await;
    let first = house.add(request("First")).await.unwrap().id;
    let second = house.add(request("Second")).await.unwrap().id;
    house
        .sql(&format!(
            "UPDATE auth.secrets SET sealed = (SELECT sealed FROM auth.secrets WHERE connection_id = '{first}')
             WHERE connection_id = '{second}'"
        ))
        .await;
    let reply = house.token(&second, FABRIKAM, "").await.unwrap();
    assert!(reply.error.contains("does not belong here"), "{reply:?}");
    assert_eq!(reply.credentials, "");
}
